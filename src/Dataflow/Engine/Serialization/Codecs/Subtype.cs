namespace Dataflow.Serialization;

/// <summary>Writes and reads values of a type as those of its base type.</summary>
internal abstract class Subtype<TBase>
{
    public static Subtype<TBase> Of(Type type, ValueResolver resolver)
        => GeneratedCodecs.Find(type) is { } made ? made.AsSubtypeOf<TBase>(resolver)
            : (Subtype<TBase>)ReflectedCodecs.Make(typeof(Subtype<,>), [typeof(TBase), type], resolver);

    public void Write(ref ValueWriter writer, TBase value)
    {
        Depth.Enter(typeof(TBase));
        try
        {
            WriteValue(ref writer, value);
        }
        finally
        {
            Depth.Leave();
        }
    }

    public TBase Read(ref ValueReader reader)
    {
        Depth.Enter(typeof(TBase));
        try
        {
            return ReadValue(ref reader);
        }
        finally
        {
            Depth.Leave();
        }
    }

    protected abstract void WriteValue(ref ValueWriter writer, TBase value);

    protected abstract TBase ReadValue(ref ValueReader reader);
}

/// <summary>Values of <typeparamref name="T"/>, which derives from the base type: forms of records do not know that.</summary>
internal sealed class Subtype<TBase, T>(ValueResolver resolver) : Subtype<TBase>
{
    private ValueCodec<T?>? _codec;

    private ValueCodec<T?> Codec => _codec ??= typeof(T) == typeof(TBase) ? OfItself() : resolver.Codecs.Of<T?>();

    protected override void WriteValue(ref ValueWriter writer, TBase value) => Codec.Write(ref writer, (T)(object)value!);

    protected override TBase ReadValue(ref ValueReader reader) => (TBase)(object)Codec.Read(ref reader)!;

    // Of the base type its own members, where it is one of the types.
    private ValueCodec<T?> OfItself()
    {
        if (GeneratedCodecs.Find(typeof(T)) is RecordForm<T?> made && resolver.Takes(made)) return made.Make(resolver.Codecs);
        return new ReflectedCodec<T?>(resolver);
    }
}
