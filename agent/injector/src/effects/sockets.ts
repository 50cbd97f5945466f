import type dgram from 'node:dgram';
import type { SocketsEffect } from '@pado/fault';
import { Evidence } from '../evidence.ts';
import { clearTimer, startTimer } from '../host/clock.ts';
import { descriptorLimit, openDescriptors } from '../host/descriptors.ts';
import { guarded, safely } from '../host/guard.ts';
import { load } from '../host/load.ts';
import { type EffectContext, Refusal, type RunningEffect } from './effect.ts';

type Socket = dgram.Socket;

/** What the guard leaves to the process. */
const spared = 64;
/** So many are opened at once (about 10 ms), and then the loop has its turn. */
const batch = 200;
const stepMs = 5;
/** After the process has run out of descriptors; some may become free. */
const retryMs = 1_000;
/** An address has some 28,000 ports to give away, and the host may want some of them. */
const portsPerAddress = 16_000;

type Lookup = NonNullable<dgram.SocketOptions['lookup']>;

/** The address is given as it is: no resolver of the host's, or fault on it, has anything to do with it. */
const lookup: Lookup = (host, _options, callback) => callback(null, host, 4);

/** A socket that takes one descriptor and hears nobody: UDP, on an address of the loopback net. */
function hold(nth: number): Socket {
  const { createSocket } = load('node:dgram') as typeof dgram;
  const socket = createSocket({ type: 'udp4', lookup });
  socket.on('error', () => {});
  // Exclusive: else a cluster's worker would ask its primary for the descriptor.
  socket.bind({ port: 0, address: `127.0.${Math.floor(nth / portsPerAddress)}.1`, exclusive: true });
  socket.unref();
  return socket;
}

/** Whether it has a descriptor; it never gets one when there are none left. */
const isOpen = (socket: Socket): boolean => {
  try {
    socket.address();
    return true;
  } catch {
    return false;
  }
};

/** Holds sockets, so that the process has fewer descriptors left. With `allowKill` it takes whatever there is. */
export function socketsEffect(effect: SocketsEffect, context: EffectContext): RunningEffect {
  const evidence = new Evidence(context.index, effect.kind);
  let sockets: Socket[] = [];
  let timer: NodeJS.Timeout | undefined;
  let open = false;

  const check = (): void => {
    if (effect.allowKill) return;
    const used = openDescriptors();
    const limit = descriptorLimit();
    if (used + effect.held <= limit - spared) return;
    throw new Refusal(
      'ERR_PADO_REFUSED',
      `${effect.held} sockets more than the ${used} descriptors in use would leave fewer than ${spared} of the limit of ${limit}`,
    );
  };

  const step = guarded(() => {
    if (!open || !context.inForce()) return;
    let waitMs = stepMs;
    for (let i = 0; i < batch && sockets.length < effect.held; i += 1) {
      const socket = hold(sockets.length);
      if (isOpen(socket)) sockets.push(socket);
      else {
        safely(() => socket.close());
        waitMs = retryMs;
        break;
      }
    }
    if (sockets.length > 0) evidence.applied = 1;
    if (sockets.length < effect.held) timer = startTimer(step, waitMs).unref();
  });

  const close = (): void => {
    open = false;
    clearTimer(timer);
    for (const socket of sockets) safely(() => socket.close());
    sockets = [];
  };

  return {
    evidence,
    enter: check,
    open: () => {
      if (open) return;
      open = true;
      evidence.matched = 1;
      step();
    },
    close,
    leave: close,
  };
}
