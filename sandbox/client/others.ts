import { z } from 'zod';
import { type CallView, callView, type NewCallInput } from '../control/calls.ts';
import { type NewsletterView, newsletterView } from '../control/newsletters.ts';
import { type Call, waitFor } from './call.ts';

export type { CallView, NewsletterView };

const privacy = z.object({ settings: z.record(z.string(), z.string()), blocked: z.array(z.string()) });

/** Calls, channels, statuses and who is blocked. */
export interface OtherCalls {
  /** Rings at a number. */
  readonly ring: (to: string, options?: Omit<NewCallInput, 'to'>) => Promise<CallView>;
  /** Answers or ends a call. */
  readonly endCall: (id: string, how: 'accept' | 'reject' | 'hangup') => Promise<CallView>;
  readonly calls: (after?: number) => Promise<CallView[]>;
  readonly waitForCall: (test: (call: CallView) => boolean, limit?: number) => Promise<CallView>;
  readonly makeNewsletter: (name: string, description?: string) => Promise<NewsletterView>;
  readonly newsletter: (jid: string) => Promise<NewsletterView>;
  /** Publishes a text in any channel. */
  readonly publish: (
    jid: string,
    text: string,
  ) => Promise<{ readonly id: string; readonly serverId: number }>;
  readonly follow: (jid: string, on?: boolean) => Promise<void>;
  readonly block: (number: string, on?: boolean) => Promise<readonly string[]>;
  readonly privacy: () => Promise<z.infer<typeof privacy>>;
}

export const otherCalls = (call: Call, path: string): OtherCalls => {
  const calls = async (after = 0, wait = 0) => {
    const schema = z.object({ calls: z.array(callView) });
    return (await call(schema, 'GET', `${path}/calls?after=${after}&wait=${wait}`)).calls;
  };
  const published = z.object({ id: z.string(), serverId: z.number() });
  return {
    ring: (to, options) => call(callView, 'POST', `${path}/calls`, { to, ...options }),
    endCall: (id, how) => call(callView, 'POST', `${path}/calls/${id}`, { how }),
    calls: (after) => calls(after),
    waitForCall: (test, limit) => waitFor(calls, test, limit),
    makeNewsletter: (name, description) =>
      call(newsletterView, 'POST', `${path}/newsletters`, { name, description }),
    newsletter: (jid) => call(newsletterView, 'GET', `/newsletters/${jid}`),
    publish: (jid, text) => call(published, 'POST', `/newsletters/${jid}/messages`, { text }),
    follow: (jid, on = true) => call(z.undefined(), 'POST', `${path}/follow`, { newsletter: jid, on }),
    block: async (number, on = true) =>
      (await call(z.object({ blocked: z.array(z.string()) }), 'POST', `${path}/block`, { number, on }))
        .blocked,
    privacy: () => call(privacy, 'GET', `${path}/privacy`),
  };
};
