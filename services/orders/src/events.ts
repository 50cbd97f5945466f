import type { PoolClient } from 'pg';
import { PgBoss } from 'pg-boss';

const queue = 'order-confirmed';

/** Announces confirmed orders. An event is written in the order's own transaction: both happen, or neither. */
export class Events {
  readonly #boss: PgBoss;

  constructor(databaseUrl: string, onError: (error: Error) => void) {
    this.#boss = new PgBoss({
      connectionString: databaseUrl,
      application_name: 'orders-events',
      max: 2,
      schedule: false,
    });
    this.#boss.on('error', onError);
  }

  async start(): Promise<void> {
    await this.#boss.start();
    await this.#boss.createQueue(queue, { notify: true });
  }

  async orderConfirmed(tx: PoolClient, orderId: string): Promise<void> {
    await this.#boss.send(
      queue,
      { orderId },
      { db: { executeSql: (text, values) => tx.query(text, values as unknown[]) } },
    );
  }

  async close(): Promise<void> {
    await this.#boss.stop({ graceful: true, timeout: 5_000 });
  }
}
