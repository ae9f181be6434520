export default {
  template: `<button type="button" class="more" @click="$emit('more')">Show {{ Math.min(step, left) }} more <span class="sr-only">of {{ left }} left</span></button>`,
  props: { left: Number, step: Number },
  emits: ["more"],
};
