/** The fields of a post. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { announce } from '../ui/announce';
import { isEnter } from '../ui/keys';
import { clean } from '../ui/text';
import { Cover } from './Cover';
import type { Desk } from './desk';
import { replaceText, useGrowth } from './field';
import { type Format, format, insertBlock, photoMarkdown } from './formatting';
import { objection as objectionTo, oneLine } from './limits';
import { Language } from './Language';
import type { Photo } from './photos';
import type { Post } from './saving';
import { Tags } from './Tags';
import { Toolbar } from './Toolbar';
import { Underway } from './Underway';
import type { Open } from './useOpen';

interface WritingProps {
  desk: Desk;
  open: Open;
  post: Post;
  underway: Photo[];
  children: ComponentChildren;
}

const SHORTCUTS: Record<string, Format> = { b: 'bold', i: 'italic', k: 'link' };

export function Writing({ desk, open, post, underway, children }: WritingProps) {
  const { saving, photos, addPhotos } = open;
  const { title, summary, body, tags, cover, language } = post.fields;
  const titleField = useRef<HTMLTextAreaElement>(null);
  const summaryField = useRef<HTMLTextAreaElement>(null);
  const text = useRef<HTMLTextAreaElement>(null);
  const [objection, setObjection] = useState<string | null>(null);
  useGrowth(titleField, title);
  useGrowth(summaryField, summary);
  useGrowth(text, body);

  useEffect(() => {
    // A post that was just begun waits for its text, another for its author to look around.
    if (body === '') text.current?.focus();
  }, []);

  function apply(kind: Format): void {
    const field = text.current;
    if (!field) return;
    replaceText(field, format(kind, field.value, { start: field.selectionStart, end: field.selectionEnd }));
  }

  async function onFiles(files: FileList | null): Promise<void> {
    // Copied at once: a list of chosen files is emptied when the event is over.
    const { added, objection: why } = await addPhotos('text', [...(files ?? [])]);
    const field = text.current;
    setObjection(why);
    for (const { media, name } of added) {
      if (!field) continue;
      const selection = { start: field.selectionStart, end: field.selectionEnd };
      replaceText(field, insertBlock(photoMarkdown(media, name), field.value, selection));
    }
  }

  async function onCover(file: File): Promise<void> {
    const { added, objection: why } = await addPhotos('cover', [file]);
    setObjection(why);
    for (const { media } of added) saving.change({ cover: media });
  }

  async function onKeyDown(event: KeyboardEvent): Promise<void> {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    const kind = SHORTCUTS[event.key];
    if (kind && event.target === text.current) {
      event.preventDefault();
      apply(kind);
    } else if (event.key === 's') {
      event.preventDefault();
      announce((await saving.flush()) ? 'Saved.' : 'Not everything is saved yet.');
    }
  }

  return (
    <section class="write" aria-label="Write" onKeyDown={event => void onKeyDown(event)}>
      {children}
      <textarea
        class="title"
        rows={1}
        ref={titleField}
        aria-label="Title"
        dir="auto"
        placeholder="Title"
        value={title}
        onInput={event => saving.change({ title: oneLine(event.currentTarget.value) })}
        onKeyDown={event => {
          if (!isEnter(event)) return;
          event.preventDefault();
          summaryField.current?.focus();
        }}
      />
      <textarea
        class="summary"
        rows={1}
        ref={summaryField}
        aria-label="Summary"
        dir="auto"
        placeholder="What it is about, in a sentence or two"
        value={summary}
        onInput={event => saving.change({ summary: clean(event.currentTarget.value) })}
      />
      <div class="about-it">
        <Cover
          cover={cover}
          pictures={desk.pictures}
          underway={underway}
          onFile={file => void onCover(file)}
          onRemove={() => saving.change({ cover: null })}
        />
        <Tags tags={tags} onChange={changed => saving.change({ tags: changed })} />
        <Language
          language={language}
          objection={objectionTo('language', post.fields)}
          onChange={changed => saving.change({ language: changed })}
        />
      </div>
      <Toolbar onFormat={apply} onFiles={files => void onFiles(files)} />
      <div class="said" aria-live="polite">
        {objection && <p class="note bad">{objection}</p>}
      </div>
      <Underway photos={photos} all={underway} />
      <textarea
        class="md"
        ref={text}
        aria-label="Text, in Markdown"
        dir="auto"
        spellcheck
        placeholder="Write in Markdown. Photos can be dropped or pasted here."
        value={body}
        onInput={event => saving.change({ body: clean(event.currentTarget.value) })}
        onPaste={event => {
          const files = event.clipboardData?.files;
          if (!files?.length) return;
          event.preventDefault();
          void onFiles(files);
        }}
        onDragOver={event => {
          if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
        }}
        onDrop={event => {
          const files = event.dataTransfer?.files;
          if (!files?.length) return;
          event.preventDefault();
          void onFiles(files);
        }}
      />
    </section>
  );
}
