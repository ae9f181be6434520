// Times as people read them, kept up to date without asking the server.
import { ref } from "vue";

export const now = ref(Date.now());
setInterval(() => (now.value = Date.now()), 1000);

const STEPS = [
  [60, 1, "s"],
  [3600, 60, "min"],
  [86400, 3600, "h"],
  [Infinity, 86400, "d"],
];

function span(seconds) {
  const [, unit, word] = STEPS.find(([limit]) => seconds < limit);
  const count = Math.floor(seconds / unit);
  // Seconds go by in fives: a page full of them would never be at rest.
  return `${word === "s" ? Math.floor(count / 5) * 5 : count} ${word}`;
}

export function relative(iso, at = now.value) {
  const seconds = (at - Date.parse(iso)) / 1000;
  if (Math.abs(seconds) < 5) return seconds < -1 ? "in a moment" : "just now";
  return seconds > 0 ? `${span(seconds)} ago` : `in ${span(-seconds)}`;
}

export function utc(iso) {
  return new Date(iso).toISOString().replace("T", " ").slice(0, 19) + " UTC";
}

export const counted = (number) => number.toLocaleString("en-US");

export function clock(iso) {
  return utc(iso).slice(11);
}

export const TimeAgo = {
  props: { at: String, full: Boolean },
  computed: {
    text() {
      return relative(this.at);
    },
    exact() {
      return utc(this.at);
    },
  },
  template: `<time :datetime="at" :title="exact">{{ full ? exact + ", " : "" }}{{ text }}</time>`,
};
