// Runs in a pod and does to its node's agent what no injector would; prints one JSON document. Its argument says what:
//   {"what": "hello", "token", "hello", "more": [lines], "waitMs"}   what the agent answers to this
//   {"what": "flood", "how": "plain" | "tls" | "unknown" | "line" | "lines", "bytes"}   sends so much garbage
//   {"what": "crowd", "isSecure", "count", "holdMs"}                 holds connections that say nothing
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { connect as connectTls } from 'node:tls';

const args = JSON.parse(process.argv[2]);
const { hostname: host, port } = new URL(process.env.PADO_AGENT_URL);
const ca = readFileSync(process.env.PADO_AGENT_CA_FILE, 'utf8');
const ownToken = readFileSync(process.env.PADO_AGENT_TOKEN_FILE, 'utf8').trim();
const ownHello = {
  ...{ type: 'hello', version: 1, instance: `intruder-${process.pid}-${Date.now()}`, pid: 1, node: process.version },
  ...{ labels: { 'app.kubernetes.io/name': 'intruder' }, ports: [8080] },
};
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function open(token, onResponse) {
  const authorization = token === '' ? {} : { authorization: `Bearer ${token}` };
  const headers = { ...authorization, 'content-type': 'application/x-ndjson' };
  const call = request({ host, port, ca, method: 'POST', path: '/v1/channel', headers, agent: false }, onResponse);
  call.on('error', () => {});
  return call;
}

async function hello({ token = ownToken, hello = {}, more = [], waitMs = 2_000 }) {
  const seen = { status: 0, messages: [], isClosed: false };
  const call = open(token, (response) => {
    seen.status = response.statusCode;
    let text = '';
    response.on('data', (chunk) => {
      text += chunk;
      if (response.statusCode !== 200) return;
      const lines = text.split('\n');
      text = lines.pop();
      for (const line of lines) seen.messages.push(JSON.parse(line));
    });
    response.on('error', () => {});
  });
  const closed = new Promise((resolve) =>
    call.once('close', () => {
      seen.isClosed = true;
      resolve();
    }),
  );
  for (const line of [{ ...ownHello, ...hello }, ...more]) call.write(`${JSON.stringify(line)}\n`);
  await Promise.race([closed, sleep(waitMs)]);
  const { isClosed } = seen;
  call.destroy();
  return { ...seen, isClosed };
}

/** Writes until so much is gone or the other side has had enough; resolves to how much it took. */
function pour(stream, chunk, bytes) {
  return new Promise((resolve) => {
    let sent = 0;
    const timer = setTimeout(() => stream.destroy(), 20_000);
    const go = () => {
      while (sent < bytes && !stream.destroyed) {
        sent += chunk.length;
        if (!stream.write(chunk)) return void stream.once('drain', go);
      }
      stream.end();
    };
    stream.on('error', () => {});
    stream.once('close', () => {
      clearTimeout(timer);
      resolve(sent);
    });
    go();
  });
}

async function flood({ how, bytes }) {
  const noise = Buffer.alloc(65_536, '\0\x01PADO\xff');
  const lines = Buffer.alloc(65_536, 'x\n');
  let sent = 0;
  let connections = 0;
  const giveUpAt = Date.now() + 25_000;
  while (sent < bytes && Date.now() < giveUpAt) {
    connections += 1;
    const left = bytes - sent;
    if (how === 'plain') sent += await pour(connectPlain({ host, port }), noise, left);
    else if (how === 'tls') sent += await pour(connectTls({ host, port, ca, servername: host }), noise, left);
    else {
      const call = open(how === 'unknown' ? 'not-a-token' : ownToken, (response) =>
        response.on('error', () => {}).resume(),
      );
      call.write(`${JSON.stringify({ ...ownHello, instance: `${ownHello.instance}-${connections}` })}\n`);
      sent += await pour(call, how === 'lines' ? lines : Buffer.alloc(65_536, 'x'), left);
    }
  }
  return { sent, connections };
}

async function crowd({ isSecure, count, holdMs }) {
  let opened = 0;
  let closed = 0;
  const sockets = Array.from({ length: count }, () => {
    const socket = isSecure ? connectTls({ host, port, ca, servername: host }) : connectPlain({ host, port });
    socket.once(isSecure ? 'secureConnect' : 'connect', () => {
      opened += 1;
    });
    socket.once('close', () => {
      closed += 1;
    });
    return socket.on('error', () => {}).resume();
  });
  await sleep(holdMs);
  const seen = { opened, closed };
  for (const socket of sockets) socket.destroy();
  return seen;
}

console.log(JSON.stringify(await { hello, flood, crowd }[args.what](args)));
