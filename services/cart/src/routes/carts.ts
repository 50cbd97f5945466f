import { randomUUID } from 'node:crypto';
import type { App, Database } from '@pado/kit';
import Type from 'typebox';
import { getCart } from '../carts.ts';

const params = Type.Object({ id: Type.String({ format: 'uuid' }) });

export function addCartRoutes(app: App, db: Database): void {
  app.post('/carts', async (_request, reply) => {
    const id = randomUUID();
    await db.query('INSERT INTO carts (id) VALUES ($1)', [id]);
    return reply.code(201).send({ id, items: [], totalCents: 0 });
  });

  app.get('/carts/:id', { schema: { params } }, ({ params: { id } }) => getCart(db, id));

  app.delete('/carts/:id', { schema: { params } }, async ({ params: { id } }, reply) => {
    await db.query('DELETE FROM carts WHERE id = $1', [id]);
    return reply.code(204).send();
  });
}
