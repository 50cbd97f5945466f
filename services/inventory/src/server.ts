import { serve } from '@pado/kit';
import { inventory } from './app.ts';

await serve(inventory);
