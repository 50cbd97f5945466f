import { serve } from '@pado/kit';
import { recommendations } from './app.ts';

await serve(recommendations);
