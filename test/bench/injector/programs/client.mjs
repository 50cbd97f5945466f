// Calls a server at a constant rate, or as fast as it can with so many at once.
import http from 'node:http';
import { answer } from './commands.mjs';

const agent = new http.Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

const byHttp = (url) =>
  new Promise((resolve, reject) => {
    const req = http.get(url, { agent }, (res) => {
      res.resume();
      res.on('end', () => resolve(res.statusCode));
      res.on('error', reject);
    });
    req.on('error', reject);
  });

const byFetch = async (url) => {
  const res = await fetch(url);
  await res.arrayBuffer();
  return res.status;
};

const clients = { http: byHttp, fetch: byFetch };

answer({
  // How long each call took, in milliseconds, from when it was really made.
  paced: async ({ url, rps, count, client = 'http' }) => {
    const call = clients[client];
    const calls = [];
    const start = performance.now();
    for (let sent = 0; sent < count; ) {
      const due = Math.min(count, Math.floor(((performance.now() - start) / 1_000) * rps) + 1);
      for (; sent < due; sent += 1) {
        const at = performance.now();
        calls.push(call(url).then(() => performance.now() - at));
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return Promise.all(calls);
  },
  // How many answers there were of each status.
  crowd: async ({ url, count, concurrency }) => {
    const statuses = {};
    let left = count;
    const one = async () => {
      while (left > 0) {
        left -= 1;
        const status = await byHttp(url);
        statuses[status] = (statuses[status] ?? 0) + 1;
      }
    };
    await Promise.all(Array.from({ length: concurrency }, one));
    return statuses;
  },
});
