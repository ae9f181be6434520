import { TimeAgo } from "/assets/time.js";

export default {
  components: { TimeAgo },
  template: `
    <div class="problems">
      <section v-if="receivers.length" aria-labelledby="failing-receivers">
        <h2 id="failing-receivers">Receivers that do not take what they are sent</h2>
        <ul>
          <li v-for="item in receivers" :key="item.id" class="problem">
            <p><b>{{ item.id }}</b> <span class="state bad">{{ item.state }}</span> {{ item.failures }} attempt{{ item.failures === 1 ? "" : "s" }} in a row, last <time-ago :at="item.last_at"/></p>
            <p v-if="item.because" class="error" dir="auto">{{ item.because }}</p>
            <p class="because"><template v-if="item.delivered_at">Last delivery <time-ago :at="item.delivered_at"/>.</template><template v-else>Nothing was ever delivered.</template>
              {{ item.waiting }} notification{{ item.waiting === 1 ? "" : "s" }} wait<template v-if="item.waiting === 1">s</template>. <template v-if="item.next_attempt_at && item.state !== 'failed'">Next attempt <time-ago :at="item.next_attempt_at"/>.</template></p>
          </li>
        </ul>
      </section>
      <section v-if="dead.length" aria-labelledby="dead-letters">
        <h2 id="dead-letters">Dead letters of the last 30 days</h2>
        <p class="because">Messages that a step gave up on; nothing is lost. <code>tocsin dead list</code> shows them, <code>tocsin dead replay</code> hands them in again.</p>
        <ul>
          <li v-for="item in dead" :key="item.topic" class="problem">
            <p><b class="mono">{{ item.topic }}</b> <span class="state bad">{{ item.count }} message{{ item.count === 1 ? "" : "s" }}</span> last in <b>{{ item.stage }}</b> <time-ago :at="item.failed_at"/>, after {{ item.attempts }} attempt{{ item.attempts === 1 ? "" : "s" }}</p>
            <p class="error" dir="auto">{{ item.error }}</p>
          </li>
        </ul>
      </section>
    </div>`,
  props: { dead: { type: Array, default: () => [] }, receivers: { type: Array, default: () => [] } },
};
