import { counted, TimeAgo } from "/assets/time.js";

export default {
  components: { TimeAgo },
  template: `
    <div class="scroll">
    <table class="grid" v-if="rows.length">
      <caption class="sr-only">Watches, the gravest first</caption>
      <thead><tr><th scope="col">Watch</th><th scope="col">Severity</th><th scope="col">Notifies</th><th scope="col">Defined in</th><th scope="col" class="num">Alerts, 90 d</th><th scope="col">Last alert</th></tr></thead>
      <tbody>
        <tr v-for="row in rows" :key="row.id">
          <th scope="row"><bdi class="name">{{ row.name }}</bdi> <span v-if="row.sensitive" class="tag">sensitive</span> <span v-if="!row.enabled" class="tag">off</span>
            <span v-if="row.id !== row.name && !row.sensitive" class="url">{{ row.id }}</span></th>
          <td data-label="Severity"><span class="sev" :class="'sev-' + row.severity">{{ row.severity }}</span></td>
          <td data-label="Notifies">{{ row.notify.join(", ") || "nobody" }}</td>
          <td data-label="Defined in"><span class="mono">{{ row.place }}</span></td>
          <td data-label="Alerts, 90 d" class="num">{{ counted(row.alerts) }}</td>
          <td data-label="Last alert"><time-ago v-if="row.last_at" :at="row.last_at"/><template v-else>none yet</template></td>
        </tr>
      </tbody>
    </table>
    </div>`,
  props: { rows: { type: Array, default: () => [] } },
  methods: { counted },
};
