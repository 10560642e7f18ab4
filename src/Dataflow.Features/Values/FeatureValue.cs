using System.Runtime.CompilerServices;

namespace Dataflow.Features;

/// <summary>The value of a feature, with its status. Numbers and truth values are stored without boxing.</summary>
public readonly struct FeatureValue : IEquatable<FeatureValue>
{
    private readonly long _bits;
    private readonly object? _reference;
    private readonly long _eventTime;
    private readonly bool _hasEventTime;

    private FeatureValue(FeatureKind kind, long bits, object? reference, FeatureStatus status = default, long? eventTime = null)
    {
        Kind = kind;
        _bits = bits;
        _reference = reference;
        Status = status;
        _eventTime = eventTime.GetValueOrDefault();
        _hasEventTime = eventTime.HasValue;
    }

    /// <summary>The quality of the value.</summary>
    public FeatureStatus Status { get; }

    /// <summary>Whether there is a value, possibly the default one.</summary>
    public bool HasValue => Kind != FeatureKind.None;

    /// <summary>The time of the entity's newest event that the read sees; null if it sees none, and for functions of the request.</summary>
    public DateTimeOffset? EventTime => _hasEventTime ? DateTimeOffset.FromUnixTimeMilliseconds(_eventTime) : null;

    internal FeatureKind Kind { get; }

    internal long? EventTimeMs => _hasEventTime ? _eventTime : null;

    internal long Bits => _bits;

    internal object? Reference => _reference;

    /// <summary>Converts the value to a type: the feature's own; numbers also to <see cref="double"/>.</summary>
    /// <exception cref="InvalidOperationException">There is no value, or it is of another type.</exception>
    public T As<T>()
    {
        var bits = _bits;
        if (Kind != FeatureKind.None && Kind == FeatureKinds.Of<T>())
            return Kind == FeatureKind.Reference && _reference is T reference
                ? reference : Kind != FeatureKind.Reference ? Unsafe.As<long, T>(ref bits) : throw Wrong<T>();
        if (typeof(T) == typeof(double) && Number is { } number) return (T)(object)number;
        throw Wrong<T>();
    }

    /// <summary>Returns the value, boxed; null if there is none.</summary>
    public object? ToObject() => Kind switch
    {
        FeatureKind.None => null,
        FeatureKind.Boolean => As<bool>(),
        FeatureKind.Int32 => As<int>(),
        FeatureKind.Int64 => As<long>(),
        FeatureKind.Single => As<float>(),
        FeatureKind.Double => As<double>(),
        _ => _reference,
    };

    /// <summary>Whether value, status and event time are the same, bit for bit.</summary>
    public bool Equals(FeatureValue other)
        => Kind == other.Kind && _bits == other._bits && Status == other.Status && EventTimeMs == other.EventTimeMs
            && FeatureKinds.AreEqual(_reference, other._reference);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is FeatureValue other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, _bits, Status, EventTimeMs);

    /// <summary>Whether two values are the same, bit for bit.</summary>
    public static bool operator ==(FeatureValue left, FeatureValue right) => left.Equals(right);

    /// <summary>Whether two values differ.</summary>
    public static bool operator !=(FeatureValue left, FeatureValue right) => !left.Equals(right);

    /// <inheritdoc/>
    public override string ToString() => $"{ToObject() ?? "-"} ({Status})";

    /// <summary>The value as a number; null if it is not one.</summary>
    internal double? Number => Kind switch
    {
        FeatureKind.Int32 => As<int>(),
        FeatureKind.Int64 => As<long>(),
        FeatureKind.Single => As<float>(),
        FeatureKind.Double => As<double>(),
        _ => null,
    };

    /// <summary>Makes a value; no value if the argument is null.</summary>
    internal static FeatureValue Of<T>(T value, FeatureStatus status = default, long? eventTime = null)
    {
        var kind = FeatureKinds.Of<T>();
        if (kind == FeatureKind.Reference)
            return FeatureKinds.Keep(value) is { } reference ? new(kind, 0, reference, status, eventTime) : default;
        long bits = 0;
        Unsafe.As<long, T>(ref bits) = value;
        return new(kind, bits, null, status, eventTime);
    }

    internal static FeatureValue OfParts(FeatureKind kind, long bits, object? reference) => new(kind, bits, reference);

    internal FeatureValue With(FeatureStatus status, long? eventTime) => new(Kind, _bits, _reference, status, eventTime);

    private InvalidOperationException Wrong<T>()
        => new(HasValue
            ? $"The feature's value is of type {ToObject()!.GetType().Name}, not {typeof(T).Name}."
            : $"The feature has no value; its status is {Status}. Look at HasValue, or give the feature a default value.");
}
