import type { WildcatEvent } from '../events/codec.ts';
import type { Recorded } from '../events/event.ts';
import type { ChatDoc } from './chat-doc.ts';

/** What an event says of a chat itself, not of its messages; null where it says nothing. */
export const chatNews = (event: Recorded<WildcatEvent>): Partial<ChatDoc> | null => {
  switch (event.type) {
    case 'chat.archived':
      return { archived: true };
    case 'chat.unarchived':
      return { archived: false };
    case 'chat.pinned':
      return { pinnedAt: event.data.at };
    case 'chat.unpinned':
      return { pinnedAt: null };
    case 'chat.muted':
      return { mutedUntil: event.data.until };
    case 'chat.unmuted':
      return { mutedUntil: null };
    case 'chat.marked_read':
      return { unread: 0, markedUnread: false };
    case 'chat.marked_unread':
      return { markedUnread: true };
    case 'chat.locked':
      return { locked: true };
    case 'chat.unlocked':
      return { locked: false };
    case 'chat.deleted':
    case 'chat.cleared':
      return {}; // all of it goes by what was gone before: `goneWith`
    case 'chat.disappearing_changed':
      return { disappearing: event.data.seconds };
    case 'chat.imported': {
      const { chat: _, part: _part, ...told } = event.data;
      // a timer that the phone does not know of may be told of by the next message
      const news = told.disappearing === 0 ? { ...told, disappearing: null } : told;
      // a field that is not there is not there: an event is JSON
      return news as Partial<ChatDoc>;
    }
    case 'contact.renamed':
      return { pushName: event.data.pushName };
    case 'contact.saved':
      return { name: event.data.name };
    case 'contact.picture_changed':
    case 'contact.picture_removed':
    case 'group.picture_changed':
      return { pictureAt: event.data.timestamp };
    case 'contact.blocked':
      return { blocked: true };
    case 'contact.unblocked':
      return { blocked: false };
    case 'group.created': {
      const { subject: name, disappearing } = event.data;
      return disappearing === undefined ? { name } : { name, disappearing };
    }
    case 'group.subject_changed':
      return { name: event.data.subject };
    default:
      return null;
  }
};
