/** The API's shapes, under the names the app uses. */
import type { components } from './schema';

type Schemas = components['schemas'];

export type Todo = Schemas['Todo'];
export type NewTodo = Schemas['NewTodo'];
export type TodoChanges = Schemas['TodoChanges'];
export type TodoPage = Schemas['TodoPage'];
export type Cleared = Schemas['Cleared'];
export type Attachment = Schemas['Attachment'];
export type Media = Schemas['Media'];
export type MediaPage = Schemas['MediaPage'];
export type NewAttachment = Schemas['NewAttachment'];
export type Draft = Schemas['Draft'];
export type DraftPage = Schemas['DraftPage'];
export type DraftSummary = Schemas['DraftSummary'];
export type DraftChanges = Schemas['DraftChanges'];
export type NewPost = Schemas['NewPost'];
export type ProblemBody = Schemas['ProblemBody'];

/** A version mismatch (412) also says how the todo stands now. */
export type Problem = ProblemBody & { current?: Todo };
