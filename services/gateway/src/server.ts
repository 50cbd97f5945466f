import { serve } from '@pado/kit';
import { gateway } from './app.ts';

await serve(gateway);
