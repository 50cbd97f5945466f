import { serve } from '@pado/kit';
import { catalog } from './app.ts';

await serve(catalog);
