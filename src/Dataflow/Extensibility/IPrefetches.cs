namespace Dataflow.Extensibility;

/// <summary>A step whose state may be larger than the processor's caches: the engine tells it of some records before it gets them, so that
/// it waits less for memory.</summary>
/// <remarks>It is told of records while input is read; those that steps before it emit at other times come without notice. Records of one
/// stream keep their order. Those of other streams that reach the step behind this one may overtake some of them.</remarks>
/// <typeparam name="TIn">The records that the step takes.</typeparam>
public interface IPrefetches<TIn>
{
    /// <summary>Prefetches the state of a record's key (<see cref="KeyedState{TKey, TValue}.Prefetch"/>), and changes nothing.</summary>
    /// <returns>Whether it is worth the effort; otherwise the step gets the record at once.</returns>
    bool Prefetch(in Record<TIn> record);
}
