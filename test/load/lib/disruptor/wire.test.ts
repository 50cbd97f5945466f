import type * as real from '@pado/fault';
import { keys } from '@pado/fault';
import t from 'tap';
import type * as read from '../../../../load/lib/disruptor/wire.ts';

/** Compiles only while what is sent is what is read. */
interface Readable<Sent extends Read, Read> {
  readonly sent: Sent;
  readonly read: Read;
}
export type Checks = [
  Readable<real.AgentFile, read.AgentFile>,
  Readable<real.TargetStatus, read.TargetStatus>,
  Readable<real.FaultStatus, read.FaultStatus>,
  Readable<real.FaultResource, read.FaultResource>,
  Readable<real.FaultReport, read.FaultReport>,
];

t.test('labels are named as the agent names them', async (t) => {
  t.equal(`${keys.inject} ${keys.faultUid}`, 'pado.dev/inject pado.dev/fault-uid');
});
