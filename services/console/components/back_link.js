export default {
  template: `<a class="back" href="/">← All alerts</a>`,
};
