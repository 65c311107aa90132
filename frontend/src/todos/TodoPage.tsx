/** The list page. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Todo } from '../api/types';
import { concerns, type Edit, isHeld } from '../offline/change';
import { announce } from '../ui/announce';
import { focusSoon } from '../ui/focus';
import { useWatched } from '../ui/state';
import { runToastAction, showToast, Toasts } from '../ui/Toast';
import type { App } from './app';
import { Banner } from './Banner';
import { Bar } from './Bar';
import { Conflict } from './Conflict';
import { nextListing } from './coverage';
import { dayAndMonth, weekday } from './dates';
import { Empty, Failed, FilterEmpty, Loading } from './Empty';
import { Entry } from './Entry';
import { Footer } from './Footer';
import { More } from './More';
import { Row, type RowActions } from './Row';
import { HeldNote } from './RowNotes';
import { SortSwitch } from './SortSwitch';
import { readTitleDraft } from './TitleEdit';
import { useToday } from './today';
import { useFilter, useSort } from './useView';
import { view } from './view';
import { counted, lede, quoted } from './words';

export function TodoPage({ app }: { app: App }) {
  const { list, reading, drafts } = app;
  const state = useWatched(list.state);
  const { date, today } = useToday(app.time);
  const filter = useFilter();
  const [sort, setSort] = useSort();
  const [open, setOpen] = useState<string | null>(() => drafts.names('notes ')[0] ?? null);
  const [edited, setEdited] = useState<{ id: string; seen: Todo } | null>(() => unfinishedEdit(app));
  const [settling, setSettling] = useState<string | null>(null);
  // Rows keep their place while they are changed: how each stood when this view was first shown.
  const before = useMemo(() => new Map<string, Todo>(), [filter, sort]);

  const { known, todos, waiting } = state;
  const shown = view({ known, todos, filter, sort, before });
  const missing = nextListing(known, filter, sort);
  const idOf = (todo: Todo) => list.keyOf(todo.id);
  const conflict = waiting.find(
    (change): change is Edit => change.kind === 'edit' && change.key === settling,
  );

  const unsettled = waiting.find(change => change.kind === 'edit' && change.theirs && change.tab === app.tab);
  useEffect(() => {
    // The tab in which it was done asks; the others only say that there is something to settle.
    if (unsettled) setSettling(unsettled.key);
  }, [unsettled?.key]);

  useEffect(() => {
    announce(`${counted(shown.rows.length, 'todo')} shown.`);
  }, [filter, sort]);

  useUndoKey();

  function hold(todo: Todo): void {
    if (!before.has(todo.id)) before.set(todo.id, todo);
  }

  const actions: RowActions = {
    onToggle(todo) {
      hold(todo);
      list.edit(todo, { completed: !todo.completed });
      const left = shown.left + (todo.completed ? 1 : -1);
      announce(`${todo.completed ? 'Not done' : 'Done'}. ${counted(left, 'item')} left.`);
      if (filter !== 'all') focusAfter(todo, '.toggle');
    },
    onOpen(todo) {
      hold(todo);
      setOpen(idOf(todo));
      focusSoon(() => row(idOf(todo))?.querySelector<HTMLElement>('.rename'));
    },
    onClose() {
      const id = open;
      setOpen(null);
      if (id) focusSoon(() => row(id)?.querySelector<HTMLElement>('.opener'));
    },
    onEdit: todo => setEdited({ id: idOf(todo), seen: todo }),
    onRename(seen, title) {
      const id = idOf(seen);
      setEdited(null);
      const current = [...todos.values()].find(todo => idOf(todo) === id) ?? seen;
      if (title === '') actions.onDelete(current);
      else {
        if (title !== seen.title) list.edit({ ...seen, id: current.id }, { title });
        focusSoon(() => (isFocusLost() ? row(id)?.querySelector<HTMLElement>('.toggle') : null));
      }
    },
    onCancelEdit(todo) {
      setEdited(null);
      focusSoon(() => row(idOf(todo))?.querySelector<HTMLElement>('.toggle'));
    },
    onDelete(todo) {
      focusAfter(todo, '.destroy');
      if (open === idOf(todo)) setOpen(null);
      list.delete(todo);
      showToast({
        text: `Deleted ${quoted(todo.title)}`,
        action: { label: 'Undo', run: () => bringBack([todo]) },
      });
    },
    onSettle: setSettling,
  };

  function bringBack(all: Todo[]): void {
    list.restore(all);
    announce(all.length === 1 ? 'It is back.' : `${counted(all.length, 'todo')} are back.`);
    const [first] = all;
    if (first) focusSoon(() => row(idOf(first))?.querySelector<HTMLElement>('.toggle'));
  }

  function focusAfter(todo: Todo, control: string): void {
    const place = shown.rows.indexOf(todo);
    const next = shown.rows[place + 1] ?? shown.rows[place - 1];
    const field = () => document.querySelector<HTMLElement>('.new-todo');
    focusSoon(() => (next ? row(idOf(next))?.querySelector<HTMLElement>(control) : field()));
  }

  function onCreate(title: string): void {
    const id = list.create(title);
    announce(`Added ${quoted(title)}.`);
    focusSoon(() => {
      row(id)?.scrollIntoView({ block: 'nearest' });
      return null;
    });
  }

  async function onToggleAll(completed: boolean): Promise<void> {
    if (!shown.isWhole && !(await reading.rest('all', 'created'))) return;
    const all = [...list.state.value.todos.values()].filter(todo => todo.completed !== completed);
    for (const todo of all) hold(todo);
    list.toggleAll(all, completed);
    announce(`${counted(all.length, 'todo')} marked as ${completed ? 'done' : 'not done'}.`);
  }

  async function onClear(): Promise<void> {
    if (nextListing(known, 'completed', sort)) await reading.rest('completed', sort);
    const done = [...list.state.value.todos.values()].filter(todo => todo.completed);
    list.clear(done);
    showToast({
      text: `Cleared ${counted(done.length, 'todo')}`,
      action: { label: 'Undo', run: () => bringBack(done) },
    });
    focusSoon(() => document.querySelector<HTMLElement>('.new-todo'));
  }

  function onTryNow(): void {
    if (state.isReachable) app.retry();
    else void app.connection.check();
  }

  const hasTodos = shown.total > 0;
  const isAllDone = hasTodos && shown.left === 0 && shown.isLeftExact;
  const rowless = waiting.filter(
    change => isHeld(change) && !shown.rows.some(todo => concerns(change, todo.id)),
  );
  return (
    <>
      <Banner state={state} onTryNow={onTryNow} />
      <Bar app={app} state={state} onSettle={() => setSettling(firstToSettle(app))} />
      <main id="main">
        <section class="todoapp" aria-label="Todos">
          <header class="header">
            <h1>
              {weekday(date)} <em>{dayAndMonth(date)}</em>
            </h1>
            <div class="under">
              <p class="lede">{state.isOpen ? lede(todos.values(), today, shown.isLeftExact) : '\u00a0'}</p>
              {hasTodos && <SortSwitch sort={sort} onSort={setSort} />}
            </div>
          </header>
          <Entry
            drafts={drafts}
            hasTodos={hasTodos}
            isAllDone={isAllDone}
            onCreate={onCreate}
            onToggleAll={completed => void onToggleAll(completed)}
          />
          {rowless.map(change => (
            <HeldNote key={change.key} app={app} change={change} onSettle={setSettling} />
          ))}
          {(state.isOpen || hasTodos) && shown.rows.length > 0 && (
            <div class="main">
              <ul class="todo-list">
                {shown.rows.map(todo => {
                  const id = idOf(todo);
                  return (
                    <Row
                      key={id}
                      id={id}
                      app={app}
                      todo={todo}
                      today={today}
                      isOpen={open === id}
                      edited={edited?.id === id ? edited.seen : null}
                      held={waiting.filter(change => isHeld(change) && concerns(change, todo.id))}
                      {...actions}
                    />
                  );
                })}
              </ul>
            </div>
          )}
          {!state.isOpen && !hasTodos && !state.readFailure && <Loading />}
          {!state.isOpen && state.readFailure && (
            <Failed why={state.readFailure} onTryAgain={() => void reading.refresh()} />
          )}
          {state.isOpen && missing && (
            <More
              key={`${filter} ${sort}`}
              count={shown.rows.length}
              isReading={state.isReading}
              failure={state.readFailure}
              isReachable={state.isReachable}
              onMore={() => void reading.more(filter, sort)}
            />
          )}
          {state.isOpen && !missing && !hasTodos && <Empty />}
          {state.isOpen && !missing && hasTodos && shown.rows.length === 0 && <FilterEmpty filter={filter} />}
          {hasTodos && <Footer view={shown} filter={filter} onClear={() => void onClear()} />}
        </section>
      </main>
      {conflict && (
        <Conflict
          key={conflict.key}
          edit={conflict}
          today={today}
          onChoose={choice => {
            setSettling(null);
            list.choose(conflict.key, choice);
          }}
          onClose={() => setSettling(null)}
        />
      )}
      <Toasts />
    </>
  );
}

const row = (id: string): HTMLElement | null => document.getElementById(`todo-${id}`);

const isFocusLost = (): boolean => document.activeElement === document.body || !document.activeElement;

const firstToSettle = ({ list }: App): string | null =>
  list.state.value.waiting.find(change => change.kind === 'edit' && change.theirs)?.key ?? null;

/** An edit that a reload interrupted goes on. */
function unfinishedEdit({ drafts }: App): { id: string; seen: Todo } | null {
  const [id] = drafts.names('title ');
  const draft = id === undefined ? null : readTitleDraft(drafts, id);
  return id === undefined || draft === null ? null : { id, seen: draft.seen };
}

/** Ctrl+Z takes back the last deletion, while its toast is there and no words are being written. */
function useUndoKey(): void {
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      const isText =
        event.target instanceof HTMLElement && event.target.matches('textarea, input:not([type=checkbox])');
      const isUndo = event.key === 'z' && (event.ctrlKey || event.metaKey) && !event.shiftKey;
      if (isUndo && !isText && runToastAction()) event.preventDefault();
    }
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);
}
