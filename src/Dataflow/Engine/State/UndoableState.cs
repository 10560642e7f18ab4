using System.Buffers;
using System.Runtime.CompilerServices;
using Dataflow.State;

namespace Dataflow.Extensibility;

/// <summary>State by key that the user's code changes in place, and whose changes can be undone.</summary>
/// <remarks>The backup of a value that is changed in place is a copy or, where it holds references, its bytes.</remarks>
public sealed class UndoableState<TKey, TValue> : IUndoable
    where TKey : notnull
{
    private static readonly bool IsCopied = !RuntimeHelpers.IsReferenceOrContainsReferences<TValue>();

    private readonly KeyedState<TKey, TValue> _state;
    private readonly UndoLog _log;
    private readonly List<Noted> _noted = [];
    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <param name="state">The state.</param>
    /// <param name="log">The log of the step.</param>
    public UndoableState(KeyedState<TKey, TValue> state, UndoLog log)
    {
        _state = state;
        _log = log;
        log.Add(this);
    }

    /// <summary>The number of keys that have a value.</summary>
    public int Count => _state.Count;

    /// <summary>The state itself, for changes outside of records.</summary>
    public KeyedState<TKey, TValue> State => _state;

    /// <summary>Called with each key whose change was undone, and whether it has a value now.</summary>
    public Action<TKey, bool>? OnUndone { get; set; }

    /// <inheritdoc cref="KeyedState{TKey, TValue}.TryGet"/>
    public bool TryGet(TKey key, out TValue value) => _state.TryGet(key, out value);

    /// <inheritdoc cref="KeyedState{TKey, TValue}.Update"/>
    public ref TValue Update(TKey key, out bool exists)
    {
        ref TValue value = ref _state.Update(key, out exists);
        if (_log.IsOn) NoteChange(key, exists, ref value);
        return ref value;
    }

    /// <inheritdoc cref="KeyedState{TKey, TValue}.Remove"/>
    public bool Remove(TKey key)
    {
        if (_log.IsOn && _state.TryGet(key, out var value)) _noted.Add(new(key, HasValue: true, value, BytesAt: -1));
        return _state.Remove(key);
    }

    /// <inheritdoc cref="KeyedState{TKey, TValue}.ForEach{TContext}"/>
    public void ForEach<TContext>(TContext context, KeyedState<TKey, TValue>.Visitor<TContext> visit) => _state.ForEach(context, visit);

    /// <inheritdoc/>
    public void Commit()
    {
        if (_noted.Count == 0) return;
        _noted.Clear();
        _bytes.ResetWrittenCount();
    }

    /// <inheritdoc/>
    public void Undo()
    {
        for (var i = _noted.Count - 1; i >= 0; i--)
        {
            var noted = _noted[i];
            if (!noted.HasValue) _state.Remove(noted.Key);
            else _state.Update(noted.Key, out _) = noted.BytesAt < 0 ? noted.Value : StateCodec<TValue>.Read(BytesOf(i));
            OnUndone?.Invoke(noted.Key, noted.HasValue);
        }

        Commit();
    }

    private void NoteChange(TKey key, bool exists, ref TValue value)
    {
        if (_noted.Count > 0 && EqualityComparer<TKey>.Default.Equals(_noted[^1].Key, key)) return; // what it was before is there
        if (!exists || IsCopied)
        {
            _noted.Add(new(key, exists, value, BytesAt: -1));
            return;
        }

        _noted.Add(new(key, HasValue: true, default!, BytesAt: _bytes.WrittenCount));
        StateCodec<TValue>.Write(ref value, _bytes);
    }

    private byte[] BytesOf(int noted)
    {
        var end = _noted.Skip(noted + 1).Select(static later => later.BytesAt).FirstOrDefault(static at => at >= 0, _bytes.WrittenCount);
        return _bytes.WrittenSpan[_noted[noted].BytesAt..end].ToArray();
    }

    /// <summary>The state of a key before a change: a value, or the start of its bytes.</summary>
    private readonly record struct Noted(TKey Key, bool HasValue, TValue Value, int BytesAt);
}
