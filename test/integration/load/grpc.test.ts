import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { disruptorStand } from './stand.ts';

t.setTimeout(120_000);

/** Answers each call of gRPC with an empty message. */
const server = `
  import { createServer } from 'node:http2';
  const server = createServer();
  server.on('stream', (stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.resume();
    stream.end(Buffer.alloc(5));
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;
const proto =
  'syntax = "proto3"; package shop; message Nothing {} service Pay { rpc Charge(Nothing) returns (Nothing); }';

t.test("k6's own gRPC client sees the delay and the status", async (t) => {
  const { service, script, directory } = await disruptorStand(t, server);
  const port = await service('payments');
  await writeFile(join(directory, 'pay.proto'), proto);
  const { exitCode, output, lines } = await script(`
    import { sleep } from 'k6';
    import grpc from 'k6/net/grpc';
    const client = new grpc.Client();
    client.load([], 'pay.proto');
    const disrupt = (exec, startTime) => ({ executor: 'shared-iterations', vus: 1, iterations: 1, startTime, exec });
    export const options = {
      scenarios: {
        call: { executor: 'shared-iterations', vus: 1, iterations: 1, exec: 'call' },
        slow: disrupt('slow', '0s'),
        fail: disrupt('fail', '3s'),
      },
    };
    const payments = new ServiceDisruptor('payments');
    export const slow = () => payments.injectGrpcFaults({ averageDelay: '300ms' }, '2s');
    export const fail = () => payments.injectGrpcFaults({ errorRate: 1, statusCode: 14 }, '2s');
    export function call() {
      client.connect('127.0.0.1:${port}', { plaintext: true });
      const end = Date.now() + 5500;
      while (Date.now() < end) {
        sleep(0.05);
        const at = Date.now();
        const { status } = client.invoke('shop.Pay/Charge', {});
        console.log(JSON.stringify({ status, isLate: Date.now() - at >= 300 }));
      }
    }
  `);
  t.equal(exitCode, 0, 'k6 has run', { output });
  const seen = new Set(lines);
  t.ok(seen.has('{"status":0,"isLate":true}'), 'slow');
  t.ok(seen.has('{"status":0,"isLate":false}'), 'as usual');
  t.ok(seen.has('{"status":14,"isLate":false}'), 'unavailable');
});
