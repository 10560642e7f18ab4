// Lag and watermark of each split, the one that holds event time back first.

import { card, el, setAttribute, setText, table } from '../dom.js';
import { namedSplits } from '../findings.js';
import { count, moment, none, span } from '../format.js';

export function splitsView() {
    const splits = table(
        'Splits',
        [
            { head: 'split', text: split => split.name },
            {
                head: 'state',
                make: () => [el('span')],
                update: (cell, split) => {
                    const [text, tone] = split.mark;
                    setText(cell.firstChild, text);
                    setAttribute(cell.firstChild, 'class', text ? `chip ${tone}` : '');
                },
            },
            { head: 'lag', text: split => count(split.lag), number: true },
            { head: 'watermark (UTC)', text: split => moment(split.watermarkMs), number: true },
            { head: 'behind the newest', text: split => (split.behind === null ? none : span(split.behind)), number: true },
            { head: 'position', text: split => count(split.position), number: true },
            { head: 'read', text: split => count(split.read), number: true },
            { head: 'dead letters', text: split => count(split.deadLetters), number: true },
        ],
        split => split.name,
    );
    const note = el('p', { class: 'note' });
    return {
        root: el('div', {}, card('Splits', note, splits.root)),
        update({ view }) {
            const named = namedSplits(view.findings);
            const newest = view.splits.reduce((high, split) => Math.max(high, split.watermarkMs ?? -Infinity), -Infinity);
            const rows = view.splits.map(split => ({
                ...split,
                mark: markOf(split, named),
                behind: split.watermarkMs === null ? null : newest - split.watermarkMs,
            }));
            rows.sort((left, right) => importance(right) - importance(left));
            setText(note, `${count(view.splits.length)} splits, ${count(view.summary.lag)} records ahead of the job in all.`);
            splits.update(rows, 'No source of the job has a split.');
        },
    };
}

function markOf(split, named) {
    const finding = named.get(split.name);
    if (finding?.kind === 'SplitHoldsTimeBack') return ['holds event time back', 'warn'];
    if (split.isHeldBack) return ['ahead, held back', 'warn'];
    if (split.isIdle) return ['quiet', 'plain'];
    return split.isFinished ? ['at its end', 'plain'] : ['', ''];
}

const importance = split => (split.mark[1] === 'warn' ? 2 : split.isIdle ? 1 : 0);
