import { counted } from "/assets/time.js";

const SEVERITIES = ["critical", "high", "medium", "low"];

export default {
  template: `
    <form class="filters" role="search" aria-label="Filter alerts" @submit.prevent>
      <div class="find">
        <input type="search" aria-label="Find in alerts" ref="find" v-model="text" @input="later" placeholder="Find in titles, quotes, sources" title="Press / to find" aria-keyshortcuts="/" autocomplete="off" maxlength="200"></div>
      <div class="pick">
        <select aria-label="Watch" v-model="watch" @change="tell">
          <option value="">All watches</option>
          <option v-for="item in watches" :key="item.id" :value="item.id">{{ item.name }}</option>
        </select></div>
      <div class="chips" role="group" aria-label="Severity">
        <button v-for="word in severities" :key="word" type="button" class="chip" :class="'sev-' + word"
          :aria-pressed="String(chosen.includes(word))" @click="toggle(word)">{{ word }}</button>
      </div>
      <button v-if="filtered" type="button" class="plain" @click="clear">Clear filter</button>
      <p class="tally" role="status">{{ tally }}</p>
    </form>`,
  props: { watches: Array, total: Number, kept: Number },
  emits: ["filter"],
  data: () => ({ text: "", watch: "", chosen: [], severities: SEVERITIES }),
  computed: {
    filtered() {
      return Boolean(this.text || this.watch || this.chosen.length);
    },
    tally() {
      if (!this.kept) return "";
      const all = `${counted(this.kept)} alert${this.kept === 1 ? "" : "s"}`;
      return this.filtered ? `${counted(this.total)} of ${all}` : all;
    },
  },
  mounted() {
    document.addEventListener("keydown", this.jump);
  },
  unmounted() {
    document.removeEventListener("keydown", this.jump);
  },
  methods: {
    jump(event) {
      const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || !this.$el.offsetParent) return;
      event.preventDefault();
      this.$refs.find.focus();
    },
    toggle(word) {
      this.chosen = this.chosen.includes(word) ? this.chosen.filter((w) => w !== word) : [...this.chosen, word];
      this.tell();
    },
    clear() {
      Object.assign(this, { text: "", watch: "", chosen: [] });
      this.tell();
      this.$refs.find.focus();
    },
    later() {
      clearTimeout(this.timer);
      this.timer = setTimeout(this.tell, 200);
    },
    tell() {
      clearTimeout(this.timer);
      this.$emit("filter", { text: this.text, watch: this.watch, severities: this.chosen });
    },
  },
};
