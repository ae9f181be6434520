import { now, relative, TimeAgo, utc } from "/assets/time.js";

const FEW_QUOTES = 2;
const MARKS = { silenced: "–", delivered: "✓", retrying: "↻", failed: "✕", unknown: "?", ambiguous: "?", superseded: "…", waiting: "…", sending: "…" };

// All text reaches the page by interpolation, which escapes it; links were checked by the server.
export default {
  components: { TimeAgo },
  template: `
    <article class="alert" :class="['sev-' + alert.severity, { whole }]" :data-alert="alert.id" :aria-labelledby="'title-' + alert.id">
      <p class="line">
        <span class="sev">{{ alert.severity }}</span>
        <b class="watch" dir="auto">{{ alert.watch }}</b>
        <span v-if="alert.sensitive" class="tag" title="This watch is sensitive: the console shows its label alone">sensitive</span>
        <span v-if="alert.silenced_by.length" class="tag" :title="'Silenced by ' + alert.silenced_by.join(', ')">silenced</span>
        <bdi class="source">{{ alert.source }}</bdi>
        <a class="age" :href="'/alerts/' + alert.id" :aria-label="'Permanent link to: ' + alert.title"><time-ago :at="alert.raised_at"/></a>
      </p>
      <div class="told">
        <h2 :id="'title-' + alert.id" dir="auto">
          <a v-if="alert.link" :href="alert.link" target="_blank" rel="noopener noreferrer">{{ alert.title }}</a>
          <template v-else>{{ alert.title }}</template>
        </h2>
        <blockquote v-for="(quote, i) in quotes" :key="i" dir="auto"><template v-for="part in quote.parts"><mark v-if="part.hit">{{ part.text }}</mark><template v-else>{{ part.text }}</template></template></blockquote>
        <button v-if="hiddenQuotes" type="button" class="plain" :aria-label="(all ? 'Fewer quotes: ' : 'More quotes: ') + alert.title" @click="all = !all">{{ all ? "Fewer quotes" : hiddenQuotes + " more quote" + (hiddenQuotes > 1 ? "s" : "") }}</button>
        <p v-if="alert.why.length" class="why"><span class="key">Why</span> <bdi v-for="(why, i) in alert.why" :key="i">{{ why }}<template v-if="i < alert.why.length - 1">; </template></bdi></p>
        <p v-if="alert.also.length" class="why"><span class="key">Also here</span> <template v-for="(place, i) in alert.also" :key="i"><bdi>{{ place }}</bdi><template v-if="i < alert.also.length - 1">, </template></template></p>
        <p v-if="alert.sensitive" class="why">Evidence is not shown for a sensitive watch.</p>
      </div>
      <div class="side">
        <dl>
          <div v-if="alert.published_at"><dt>Published</dt><dd><time-ago :at="alert.published_at" :full="whole"/></dd></div>
          <div><dt>Seen</dt><dd><time-ago :at="alert.seen_at" :full="whole"/></dd></div>
          <div v-if="whole"><dt>Raised</dt><dd><time-ago :at="alert.raised_at" full/></dd></div>
          <div v-if="alert.handled"><dt>Handled</dt><dd dir="auto">{{ alert.handled }}</dd></div>
        </dl>
        <ul class="sent" aria-label="Notifications">
          <li v-for="item in alert.notifications" :key="item.receiver" :class="item.state" :title="item.at ? exact(item.at) : ''">
            <span class="mark" aria-hidden="true">{{ mark(item) }}</span><span><b>{{ item.receiver }}</b> {{ said(item) }}</span>
          </li>
        </ul>
        <details v-if="alert.copies > 1 && alert.copy_list.length" class="copies" :open="whole">
          <summary :aria-label="copiesText + ' of: ' + alert.title">{{ copiesText }}</summary>
          <ul>
            <li v-for="(copy, i) in alert.copy_list" :key="i">
              <bdi>{{ copy.source }}</bdi> <time-ago :at="copy.fetched_at"/><br>
              <a v-if="copy.link" dir="auto" :href="copy.link" target="_blank" rel="noopener noreferrer">{{ copy.title }}</a>
              <span v-else dir="auto">{{ copy.title }}</span>
            </li>
          </ul>
        </details>
        <p v-else-if="alert.copies > 1" class="copies"><b>{{ copiesText }}</b></p>
      </div>
    </article>`,
  props: { alert: Object, whole: Boolean, fresh: Boolean },
  data: () => ({ all: false }),
  computed: {
    quotes() {
      return this.all || this.whole ? this.alert.quotes : this.alert.quotes.slice(0, FEW_QUOTES);
    },
    hiddenQuotes() {
      return this.whole ? 0 : Math.max(0, this.alert.quotes.length - FEW_QUOTES);
    },
    copiesText() {
      return `${this.alert.copies} copies`;
    },
  },
  mounted() {
    if (!this.fresh || window.matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const mark = getComputedStyle(this.$el).getPropertyValue("--mark");
    this.$el.animate([{ background: mark }, {}], { duration: 2500, easing: "ease-out" });
  },
  methods: {
    exact: utc,
    mark: (item) => MARKS[item.state],
    said(item) {
      const because = item.because ? ` because ${item.because}` : "";
      switch (item.state) {
        case "delivered":
          return item.seconds !== null && item.seconds < 100 ? `delivered in ${item.seconds.toFixed(1)} s` : `delivered ${relative(item.at)}`;
        case "retrying":
        case "unknown": {
          const due = item.next_attempt_at;
          const when = due && Date.parse(due) > now.value ? ` ${relative(due)}` : "";
          return item.state === "retrying" ? `retrying${when}${because}` : `may not have arrived, trying again${when}${because}`;
        }
        case "ambiguous":
          return `may not have arrived, not tried again (tocsin notification resend)${because}`;
        case "superseded":
          return "a newer revision is on its way";
        case "failed":
          return `failed after ${item.attempt} attempt${item.attempt === 1 ? "" : "s"}${because}`;
        case "silenced":
          return "not told: silenced";
        default:
          return item.state === "sending" ? "being sent" : "waiting to be sent";
      }
    },
  },
};
