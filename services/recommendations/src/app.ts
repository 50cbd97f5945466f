import { defineService } from '@pado/kit';
import Type from 'typebox';
import { addRecommendationRoutes } from './routes/recommendations.ts';

/** What goes with a product: nice to have, and nobody's reason to fail. */
export const recommendations = defineService({
  name: 'recommendations',
  config: Type.Object({}),
  peers: ['catalog'],
  build: async (app, { client }) => addRecommendationRoutes(app, client('catalog')),
});
