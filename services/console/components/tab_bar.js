import { counted } from "/assets/time.js";

export default {
  template: `
    <div class="tabs" role="tablist" aria-label="Views" @keydown="move">
      <button v-for="tab in tabs" :key="tab.id" type="button" role="tab" :id="'tab-' + tab.id" class="tab"
        :aria-selected="String(tab.id === chosen)" :aria-controls="'panel-' + tab.id"
        :tabindex="tab.id === chosen ? 0 : -1" @click="choose(tab.id)">
        {{ tab.name }} <span v-if="tab.count !== null" class="count">{{ counted(tab.count) }}</span>
        <span v-if="tab.alarm" class="alarm">{{ tab.alarm }}</span>
      </button>
    </div>`,
  props: { tabs: Array },
  emits: ["choose"],
  data: () => ({ chosen: "alerts" }),
  mounted() {
    const named = window.location.hash.slice(1);
    if (named !== "alerts" && this.tabs.some((tab) => tab.id === named)) this.choose(named);
  },
  methods: {
    counted,
    choose(id) {
      this.chosen = id;
      window.history.replaceState(null, "", id === "alerts" ? window.location.pathname : `#${id}`);
      this.$emit("choose", id);
    },
    move(event) {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const at = this.tabs.findIndex((tab) => tab.id === this.chosen);
      this.choose(this.tabs[(at + step + this.tabs.length) % this.tabs.length].id);
      this.$nextTick(() => this.$el.querySelector('[aria-selected="true"]').focus());
    },
  },
};
