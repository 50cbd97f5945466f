import { once } from 'node:events';
import type { Socket } from 'node:net';
import t, { type Test } from 'tap';
import { Connections } from '../../../../services/kit/src/http/connections.ts';
import { heldPeer, peer } from '../../../helpers/peer.ts';

function connectionsTo(t: Test, url: string, policy: { idleMs?: number; maxAgeMs?: number } = {}) {
  const current = { policy };
  let recycled = 0;
  const made = new Connections({
    url,
    policy: () => current.policy,
    onRecycled: () => recycled++,
    random: () => 0,
  });
  t.teardown(() => made.close());
  const get = async () => {
    const { statusCode, body } = await made.dispatcher.request({ origin: url, method: 'GET', path: '/' });
    return `${statusCode} ${await body.text()}`;
  };
  return { made, get, current, recycled: () => recycled };
}

t.test('an idle connection is closed from this side, though the server would keep it', async (t) => {
  const sockets = new Set<Socket>();
  const url = await peer(t, (request, response) => {
    sockets.add(request.socket);
    response.setHeader('keep-alive', 'timeout=600');
    response.setHeader('connection', 'keep-alive');
    response.end('x');
  });
  const { get } = connectionsTo(t, url, { idleMs: 50 });
  await get();
  const [socket] = sockets;
  if (!socket?.destroyed) await once(socket as Socket, 'close');
  t.equal(sockets.size, 1);
});

t.test('old connections close after their answers when the policy changes', async (t) => {
  const slow = await heldPeer(t);
  const { made, get, current } = connectionsTo(t, slow.url);
  const answer = get();
  await slow.arrived(1);
  const before = made.dispatcher;
  current.policy = { idleMs: 5_000 };
  t.not(made.dispatcher, before);
  t.equal(made.dispatcher, made.dispatcher, 'once, not with each call');
  slow.held[0]?.response.end('late');
  t.equal(await answer, '200 late');
});

t.test('an idle connection is replaced when it is old', async (t) => {
  const sockets = new Set<Socket>();
  const url = await peer(t, (request, response) => {
    sockets.add(request.socket);
    response.end('x');
  });
  const { get, recycled } = connectionsTo(t, url, { maxAgeMs: 100 });
  await get();
  const [first] = sockets;
  if (!first?.destroyed) await once(first as Socket, 'close');
  t.equal(recycled(), 1);
  t.equal(await get(), '200 x');
  t.equal(sockets.size, 2);
});

t.test('a busy connection is replaced between two requests, and no request is lost', async (t) => {
  const sockets = new Set<Socket>();
  const url = await peer(t, (request, response) => {
    sockets.add(request.socket);
    setImmediate(() => response.end('x'));
  });
  const { get, recycled } = connectionsTo(t, url, { maxAgeMs: 100 });
  let answers = 0;
  const caller = async () => {
    while (recycled() < 20) {
      t.equal(await get(), '200 x');
      answers++;
    }
  };
  await Promise.all([caller(), caller(), caller(), caller()]);
  t.ok(answers > 20, `${answers} answers over ${sockets.size} connections`);
  t.ok(sockets.size >= 17, 'what was replaced was opened anew');
});

t.test('an answer under way is never cut by age', async (t) => {
  const slow = await heldPeer(t);
  const { get, recycled } = connectionsTo(t, slow.url, { maxAgeMs: 100 });
  const answer = get();
  await slow.arrived(1);
  await new Promise((resolve) => setTimeout(resolve, 200));
  t.equal(recycled(), 0);
  slow.held[0]?.response.end('late');
  t.equal(await answer, '200 late');
  while (recycled() === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  t.pass('then it is replaced');
});

t.test('closing twice is safe', async (t) => {
  const url = await peer(t, (_request, response) => response.end('x'));
  const { made, get } = connectionsTo(t, url);
  await get();
  await made.close();
  await made.close();
});
