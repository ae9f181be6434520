import { clock, counted, now } from "/assets/time.js";

export default {
  template: `
    <header class="top">
      <h1 class="brand"><a href="/" aria-label="Tocsin, all alerts">
        <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 2a1.6 1.6 0 0 0-1.6 1.7A6.4 6.4 0 0 0 5.6 10c0 4.6-1.2 6.2-2.2 7.3-.5.6-.1 1.5.7 1.5h15.8c.8 0 1.2-.9.7-1.5-1-1.1-2.2-2.7-2.2-7.3a6.4 6.4 0 0 0-4.8-6.3A1.6 1.6 0 0 0 12 2Zm-2.4 18.4a2.5 2.5 0 0 0 4.8 0Z"/></svg>
        Tocsin</a></h1>
      <p class="live" :class="live.tone" role="status"><span class="dot" aria-hidden="true"></span>{{ live.text }}</p>
      <ul class="facts" aria-label="State">
        <li v-for="fact in facts" :key="fact.label" :class="fact.tone" :title="fact.title">
          <b>{{ fact.count }}</b> {{ fact.label }}
        </li>
      </ul>
      <button type="button" class="theme" @click="changeTheme" :aria-label="'Theme: ' + theme + '. Change'" :title="'Theme: ' + theme">
        <svg viewBox="0 0 24 24" aria-hidden="true"><path v-if="theme === 'dark'" d="M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5Z"/><path v-else-if="theme === 'light'" d="M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10Zm0-6 1.2 3.5h-2.4Zm0 22 1.2-3.5h-2.4ZM1 12l3.5-1.2v2.4Zm22 0-3.5-1.2v2.4ZM4.2 4.2l3.3 1.6-1.7 1.7Zm15.6 15.6-3.3-1.6 1.7-1.7ZM4.2 19.8l1.6-3.3 1.7 1.7ZM19.8 4.2l-1.6 3.3-1.7-1.7Z"/><path v-else d="M12 3a9 9 0 1 0 0 18Zm1 0v18a9 9 0 0 0 0-18Z" fill-rule="evenodd"/></svg>
        <span>{{ theme }}</span>
      </button>
    </header>`,
  props: { status: Object },
  data: () => ({ theme: window.tocsinTheme.current(), unseen: 0 }),
  computed: {
    live() {
      const s = this.status;
      if (now.value && window.socket && !window.socket.connected) return { tone: "bad", text: "Disconnected" };
      if (s.link_lost_at) return { tone: "bad", text: `Kafka silent since ${clock(s.link_lost_at)}` };
      return s.ready ? { tone: "good", text: "Live" } : { tone: "warn", text: "Reading history" };
    },
    facts() {
      const s = this.status;
      const fact = (count, label, tone = "", title = "") => ({ count: counted(count), label, tone: count ? tone : "none", title });
      return [
        fact(s.healthy, s.healthy === 1 ? "source healthy" : "sources healthy"),
        fact(s.failing, "failing", "bad", "Sources that failed, were refused, are gone or are overdue"),
        fact(s.articles_last_hour, "articles in 1 h", "", "Articles that sources published in the last hour"),
        fact(s.alerts, "alerts in 24 h"),
        fact(s.notifications_pending, s.notifications_pending === 1 ? "notification pending" : "notifications pending", "warn", "Notifications that wait for their first or next attempt"),
        fact(s.notifications_failed, "failed", "bad", "Notifications given up on in the last 24 hours"),
        fact(s.dead_letters, s.dead_letters === 1 ? "dead letter" : "dead letters", "bad", "Messages that a step gave up on"),
      ];
    },
  },
  watch: {
    "status.alerts_kept"(after, before) {
      if (document.hidden && after > before) this.unseen += after - before;
      this.entitle();
    },
  },
  mounted() {
    document.addEventListener("visibilitychange", this.looked);
  },
  unmounted() {
    document.removeEventListener("visibilitychange", this.looked);
  },
  methods: {
    looked() {
      if (!document.hidden) this.unseen = 0;
      this.entitle();
    },
    entitle() {
      document.title = this.unseen ? `(${this.unseen}) Tocsin` : "Tocsin";
    },
    changeTheme() {
      this.theme = window.tocsinTheme.next();
    },
  },
};
