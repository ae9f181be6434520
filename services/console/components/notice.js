export default {
  template: `<div class="notice"><p class="lead">{{ heading }}</p><p>{{ advice }}</p></div>`,
  props: { heading: String, advice: String },
};
