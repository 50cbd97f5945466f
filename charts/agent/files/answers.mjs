// What `helm test` asks of the agent of this node, in two steps: `there` (anything listens) and `answers`.
// The CA arrives in the pod's volume between the two: the agent publishes it once it has seen the pod.
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const { AGENT_URL, CA_FILE, NODE_NAME } = process.env;
const url = new URL('/v1/channel', AGENT_URL);

/** Tries again every second; the last failure is the one to tell. */
async function within(seconds, attempt) {
  const end = performance.now() + seconds * 1_000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > end) throw error;
      await pause(1_000);
    }
  }
}

const listens = () =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: url.hostname, port: Number(url.port), timeout: 2_000 }, () => {
      socket.destroy();
      resolve();
    });
    socket.once('timeout', () => socket.destroy(new Error('no answer within 2 s')));
    socket.once('error', reject);
  });

/** The status of a request without a token, over a connection that the published CA vouches for. */
const statusWithoutToken = (ca) =>
  new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', ca, timeout: 2_000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    call.once('timeout', () => call.destroy(new Error('no answer within 2 s')));
    call.once('error', reject);
    call.end();
  });

try {
  await within(20, listens).catch((error) => {
    throw new Error(`no agent on the node ${NODE_NAME} listens at ${url.host}: ${error.message}`);
  });
  console.log(`an agent listens at ${url.host}`);
  if (process.argv[2] === 'answers') {
    const ca = await within(120, () => readFile(CA_FILE)).catch(() => {
      throw new Error('the agent has not published its CA in the ConfigMap pado-agent-ca of this namespace');
    });
    const status = await within(20, () => statusWithoutToken(ca));
    if (status !== 401) throw new Error(`a request without a token got ${status}, where 401 is due`);
    console.log('its certificate is of the published CA, and it refuses a request without a token');
  }
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
