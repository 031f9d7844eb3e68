import { crashSpec } from '../support/crashes.ts';

// after each restart the server has forgotten what it stored: only the events' identities tell
crashSpec(1_000);
