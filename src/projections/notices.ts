import type { ChatEvent } from '../events/chats.ts';
import type { WildcatEvent } from '../events/codec.ts';
import type { Recorded } from '../events/event.ts';
import type { GroupEvent } from '../events/groups.ts';
import type { Address } from '../events/ids.ts';
import type { MessageEvent } from '../events/messages.ts';

/** What a line says that nobody wrote: somebody was added, a subject changed. */
export type Notice = Readonly<{
  /** Type of its event, or WhatsApp's own word for what has none. */
  kind: string;
  /** Whom it is about, beside who did it. */
  people: readonly Address[];
  /** The setting that was changed. */
  setting: string | null;
  /** What it is now. */
  value: string | null;
}>;

export type NoticeEvent = Recorded<
  | GroupEvent
  | Extract<MessageEvent, { type: 'message.system' }>
  | Extract<ChatEvent, { type: 'chat.disappearing_changed' }>
>;

export const isNotice = (event: Recorded<WildcatEvent>): event is NoticeEvent =>
  event.type.startsWith('group.') ||
  event.type === 'message.system' ||
  event.type === 'chat.disappearing_changed';

const whatOf = (event: NoticeEvent): string | null => {
  switch (event.type) {
    case 'group.created':
    case 'group.subject_changed':
      return event.data.subject;
    case 'group.description_changed':
      return event.data.description;
    case 'group.member_tagged':
      return event.data.tag;
    case 'group.settings_changed':
      return event.data.value;
    case 'group.join_requested':
      return event.data.state;
    case 'chat.disappearing_changed':
      return String(event.data.seconds);
    default:
      return null;
  }
};

export const noticeOf = (event: NoticeEvent): Notice => ({
  kind: event.type === 'message.system' ? event.data.notice.toLowerCase() : event.type,
  people: 'people' in event.data ? event.data.people : [],
  setting: event.type === 'group.settings_changed' ? event.data.setting : null,
  value: whatOf(event),
});

/** The line of a timer that was set from here, as of one that was set elsewhere. `seconds`: 0 where it was ended. */
export const timerNotice = (seconds: number): Notice => ({
  kind: 'chat.disappearing_changed' satisfies NoticeEvent['type'],
  people: [],
  setting: null,
  value: String(seconds),
});
