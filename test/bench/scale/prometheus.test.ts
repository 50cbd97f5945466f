import t from 'tap';
import { readMetrics, sumOf } from './harness/prometheus.ts';

const metrics = `# HELP apiserver_request_total Counter of requests
apiserver_request_total{code="200",resource="pods",verb="GET"} 7
apiserver_request_total{code="409",resource="leases",verb="POST"} 3
apiserver_request_total_other{code="200"} 100
apiserver_longrunning_requests{resource="pods",verb="WATCH"} 4
apiserver_longrunning_requests{resource="pods",verb="CONNECT"} 1
process_cpu_seconds_total 12.5
process_resident_memory_bytes 5.24288e+08
`;

t.test('samples of one metric are added, those of others are not', async (t) => {
  t.equal(sumOf(metrics, 'apiserver_request_total'), 10);
  t.equal(
    sumOf(metrics, 'apiserver_request_total', (labels) => labels.includes('code="409"')),
    3,
  );
  t.equal(sumOf(metrics, 'missing'), 0);
});

t.test('the API server says what it does and what it costs', async (t) => {
  t.same(readMetrics(metrics), { requests: 10, watches: 4, cpuSeconds: 12.5, rssBytes: 500 * 2 ** 20 });
});
