import { TimeAgo } from "/assets/time.js";

export default {
  components: { TimeAgo },
  template: `
    <section class="silences" v-if="rows.length" aria-label="Silences">
      <h2>{{ active ? (active === 1 ? "1 silence holds" : active + " silences hold") : "No silence holds now" }}</h2>
      <ul>
        <li v-for="row in rows" :key="row.id" :class="{ later: !row.active }" :title="row.by ? 'by ' + row.by : row.place">
          <b class="mono">{{ row.id }}</b>
          <bdi>{{ row.of.join(", ") }}</bdi>
          <span class="until"><template v-if="row.active">ends <time-ago :at="row.until"/></template><template v-else>begins <time-ago :at="row.starts"/></template></span>
          <bdi class="comment">{{ row.comment }}</bdi>
        </li>
      </ul>
    </section>`,
  props: { rows: { type: Array, default: () => [] } },
  computed: {
    active() {
      return this.rows.filter((row) => row.active).length;
    },
  },
};
