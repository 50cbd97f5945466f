import type { ServerPolicy } from '@pado/kit/policy';
import { Admission, type AdmissionOptions } from '../../../../services/kit/src/server/admission.ts';
import { Visit } from '../../../../services/kit/src/server/visit.ts';
import { FakeClock } from './fake-clock.ts';

interface Settings extends Partial<Pick<AdmissionOptions, 'slots' | 'serviceTimeMs' | 'proxy' | 'loopUtilisation'>> {
  readonly policy?: ServerPolicy;
}

/** An admission under a fake clock, and requests with names. */
export function stand({ policy = {}, ...settings }: Settings = {}) {
  const clock = new FakeClock();
  const told = {
    /** Names in the order in which their work began. */
    begun: [] as string[],
    /** `name: code` of those that were answered with an error. */
    refused: [] as string[],
    /** `name: code` of those whose work was cancelled. */
    cancelled: [] as string[],
    /** `reason/priority` of each refusal. */
    shed: [] as string[],
    waits: [] as number[],
    abandoned: [] as string[],
    wasted: 0,
    working: 0,
    waiting: 0,
    limit: 0,
  };
  let inForce = policy;
  const admission = new Admission({
    slots: 1,
    serviceTimeMs: 0,
    loopUtilisation: () => 0,
    ...settings,
    clock,
    policy: () => inForce,
    events: {
      changed(working, waiting) {
        told.working = working;
        told.waiting = waiting;
      },
      refused: (reason, priority) => told.shed.push(`${reason}/${priority}`),
      began: (waitMs) => told.waits.push(waitMs),
      wasted: () => told.wasted++,
      abandoned: (stage) => told.abandoned.push(stage),
      limited(requests) {
        told.limit = requests;
      },
    },
  });
  return {
    admission,
    clock,
    told,
    set(next: ServerPolicy) {
      inForce = next;
    },
    /** A request comes; it is answered when the test says so. */
    come(name: string, { priority = 5, deadlineMs }: { priority?: number; deadlineMs?: number } = {}) {
      const visit = new Visit({
        priority,
        traceId: name,
        deadlineAt: deadlineMs === undefined ? undefined : clock.now() + deadlineMs,
        begin: (error) => {
          if (error === undefined) told.begun.push(name);
          else told.refused.push(`${name}: ${error.code}`);
        },
        abandon: (reason) => told.cancelled.push(`${name}: ${reason.code}`),
      });
      admission.enter(visit);
      return {
        answer() {
          admission.handled(visit);
          admission.answered(visit);
        },
        finishWork: () => admission.handled(visit),
        leave: () => admission.left(visit),
      };
    },
  };
}
