import { counted, TimeAgo } from "/assets/time.js";

export default {
  components: { TimeAgo },
  template: `
    <div>
      <form class="filters" role="search" aria-label="Filter sources" @submit.prevent>
        <div class="find">
          <input type="search" aria-label="Find a source" v-model="text" @input="later" placeholder="Find a source by name or address" autocomplete="off" maxlength="200"></div>
        <p class="tally" role="status">{{ counted(total) }} source{{ total === 1 ? "" : "s" }}</p>
      </form>
      <div class="scroll">
      <table class="grid" v-if="rows.length">
        <caption class="sr-only">Sources, failing ones first</caption>
        <thead><tr><th scope="col">Source</th><th scope="col">State</th><th scope="col">Last poll</th><th scope="col">Next poll</th><th scope="col" class="num">Articles, 24 h</th></tr></thead>
        <tbody>
          <tr v-for="row in rows" :key="row.id" :class="tone(row)">
            <th scope="row"><bdi class="name">{{ row.name }}</bdi>
              <a v-if="row.link" :href="row.link" target="_blank" rel="noopener noreferrer" dir="ltr" class="url">{{ row.url }}</a><span v-else class="url" dir="ltr">{{ row.url }}</span></th>
            <td data-label="State"><span class="state" :class="tone(row)">{{ word(row) }}</span> <span v-if="row.because" class="because" dir="auto">{{ row.state === "overdue" ? "last poll:" : "because" }} {{ row.because }}</span>
              <span v-if="tone(row) === 'bad' && row.last_ok_at" class="because">last good <time-ago :at="row.last_ok_at"/></span></td>
            <td data-label="Last poll"><time-ago v-if="row.polled_at" :at="row.polled_at"/><template v-else>never</template></td>
            <td data-label="Next poll"><time-ago v-if="row.next_due_at" :at="row.next_due_at"/><template v-else>–</template></td>
            <td data-label="Articles, 24 h" class="num">{{ counted(row.published) }}</td>
          </tr>
        </tbody>
      </table>
      </div>
    </div>`,
  props: { rows: { type: Array, default: () => [] }, total: { type: Number, default: 0 } },
  emits: ["find"],
  data: () => ({ text: "" }),
  methods: {
    counted,
    tone: (row) => ({ ok: "good", not_modified: "good", waiting: "none" })[row.state] || "bad",
    word(row) {
      const times = `${row.failures} time${row.failures === 1 ? "" : "s"}`;
      return {
        ok: "ok",
        not_modified: "ok, not modified",
        failing: row.failures ? `failing ${times}` : "failing",
        refused: "refused",
        gone: "gone",
        overdue: row.polled_at ? "overdue: nobody polls it" : "not polled in the last day",
        waiting: "first poll is due",
      }[row.state];
    },
    later() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.$emit("find", this.text), 200);
    },
  },
};
