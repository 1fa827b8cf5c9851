/** What the keys do, for thumbs: a row of buttons below the prompt while it is written. */
import { redo, undo } from '@codemirror/commands';
import { ChevronLeft, ChevronRight, Minus, Plus, Redo2, Undo2, type LucideIcon } from 'lucide-react';

import { usePromptWording } from '../../lib/prompt/use-words.ts';
import { heavier, lighter, moveLeft, moveRight } from './keys.ts';

import type { Command } from '@codemirror/view';

const BUTTONS: readonly {
  id: 'lighter' | 'heavier' | 'left' | 'right' | 'undo' | 'redo';
  icon: LucideIcon;
  run: Command;
}[] = [
  { id: 'lighter', icon: Minus, run: lighter },
  { id: 'heavier', icon: Plus, run: heavier },
  { id: 'left', icon: ChevronLeft, run: moveLeft },
  { id: 'right', icon: ChevronRight, run: moveRight },
  { id: 'undo', icon: Undo2, run: undo },
  { id: 'redo', icon: Redo2, run: redo },
];

/** @param onPress runs a command in the editor */
export function TouchKeys({ onPress }: { onPress: (command: Command) => void }) {
  const { p } = usePromptWording();
  return (
    <div
      role="group"
      aria-label={p('touch.title')}
      className="hidden border-t border-line group-focus-within:phone:flex"
      // The prompt keeps the focus, and the phone its keyboard.
      onMouseDown={(event) => event.preventDefault()}
    >
      {BUTTONS.map(({ id, icon: Icon, run }) => (
        <button
          key={id}
          type="button"
          aria-label={p(`touch.${id}`)}
          onClick={() => onPress(run)}
          className="inline-flex h-11 flex-1 items-center justify-center text-soft active:bg-press"
        >
          <Icon size={18} />
        </button>
      ))}
    </div>
  );
}
