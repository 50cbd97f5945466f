import { Book } from '../harness/book.ts';
import { startInjector } from '../harness/wire.ts';
import { serve } from './serve.ts';

export interface InjectorsOrder {
  readonly port: number;
  readonly name: string;
  readonly tokens: readonly string[];
}

/** Many injectors of one agent, in one process. */
const book = new Book();
const life = new AbortController();
let connected = 0;
let lost = 0;
let started = 0;

serve({
  start: ({ port, name, tokens }: InjectorsOrder) => {
    for (const token of tokens) {
      started += 1;
      startInjector({
        ...{ port, name, token, instance: `instance-${String(started).padStart(6, '0')}`, signal: life.signal },
        localAddress: `127.0.${1 + Math.floor(started / 200)}.${1 + (started % 200)}`,
        onConnected: () => {
          connected += 1;
        },
        onLost: () => {
          connected -= 1;
          lost += 1;
        },
        onArm: (uid, at) => void book.of(uid).armed.push(at),
        onDisarm: (uid, at) => void book.of(uid).disarmed.push(at),
      });
    }
  },
  connected: () => ({ connected, lost }),
  reached: ({ uid }: { uid: string }) => ({ armed: book.of(uid).armed.length, disarmed: book.of(uid).disarmed.length }),
  times: (fault: { name: string; uid: string }) => book.read(fault),
  stop: () => life.abort(),
});
