import { crashSpec } from '../support/crashes.ts';

crashSpec(600_000);
