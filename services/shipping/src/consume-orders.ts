import type { ServiceContext } from '@pado/kit';
import { PgBoss } from 'pg-boss';

/** The queue on which orders announces what is to be shipped. */
const queue = 'order-confirmed';

/** Creates a shipment for each confirmed order; an event that comes twice changes nothing. Returns the undo. */
export async function consumeOrders({ db, databaseUrl, log }: ServiceContext): Promise<() => Promise<void>> {
  const boss = new PgBoss({
    connectionString: databaseUrl,
    application_name: 'shipping-events',
    max: 2,
    schedule: false,
    useListenNotify: true,
  });
  boss.on('error', (error) => log.warn({ err: error }, 'the event queue is in trouble'));
  await boss.start();
  await boss.createQueue(queue, { notify: true });
  await boss.work<{ orderId: string }>(
    queue,
    { batchSize: 50, pollingIntervalSeconds: 1, notifyPollingIntervalSeconds: 5, burstWhenBatchFull: true },
    async (jobs) => {
      await db.query('INSERT INTO shipments (order_id) SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING', [
        jobs.map((job) => job.data.orderId),
      ]);
    },
  );
  return () => boss.stop({ graceful: true, timeout: 5_000 });
}
