using System.Runtime.Serialization;
using MessagePack;

namespace Dataflow.Tests.Serialization.Generated;

/// <summary>A member of every type that a generated codec writes itself, and of each that may be null.</summary>
[DataflowRecord]
public sealed class Scalars
{
    public bool Bool { get; set; }

    public char Char;

    public sbyte SByte { get; init; }

    public byte Byte { get; set; }

    public short Short { get; set; }

    public ushort UShort { get; set; }

    public int Int { get; private set; }

    public uint UInt { get; set; }

    public long Long { get; set; }

    public ulong ULong { get; set; }

    public float Float { get; set; }

    public double Double { get; set; }

    public decimal Decimal { get; set; }

    public required string? Text { get; set; }

    [Interned]
    public string? Often { get; set; }

    public Utf8 Slice { get; set; }

    public Utf8? MaybeSlice { get; set; }

    public DateTime Time { get; set; }

    public TimeSpan Span { get; set; }

    public Guid Guid { get; set; }

    public Color Color { get; set; }

    public Wide Wide { get; set; }

    public Narrow Narrow { get; set; }

    public DayOfWeek Day { get; set; }

    public bool? MaybeBool { get; set; }

    public char? MaybeChar { get; set; }

    public byte? MaybeByte { get; set; }

    public int? MaybeInt { get; set; }

    public long? MaybeLong { get; set; }

    public double? MaybeDouble { get; set; }

    public decimal? MaybeDecimal { get; set; }

    public DateTime? MaybeTime { get; set; }

    public Guid? MaybeGuid { get; set; }

    public Color? MaybeColor { get; set; }
}

public enum Wide : ulong
{
    Low,
    High = ulong.MaxValue,
}

public enum Narrow : sbyte
{
    Below = -100,
    Zero = 0,
}

/// <summary>An array by place, not in order and with gaps.</summary>
[DataflowRecord]
public sealed record Placed(
    [property: Key(5)] string Name,
    [property: Key(0)] long Id,
    [property: Key(3)] List<int>? Some,
    [property: Key(1)] double Amount = 2.5);

[DataflowRecord]
public sealed record PlacedInOrder([property: Key(0)] long Id, [property: Key(1)] string? Name, [property: Key(2)] Color Kind);

/// <summary>Other names in the bytes; words of the language and letters beyond ASCII among them.</summary>
[DataflowRecord]
public sealed class Renamed
{
    [Key("n")]
    public int Number { get; set; }

    [DataMember(Name = "größe")]
    public int Size { get; set; }

    public int @class;

    public string? Überschrift { get; set; }

    [Key("a name of more than thirty-one bytes, which has a longer header")]
    public int Long { get; set; }
}

/// <summary>Fields of any visibility, and what is left out.</summary>
[DataflowRecord]
public class Private
{
    private readonly int _seen = 3;
    protected string? Note = "note";
    internal long Number = -1;

    [IgnoreMember]
    public int Left { get; set; } = 77;

    [IgnoreDataMember]
    public Func<int>? Code { get; set; } = static () => 1;

    [field: NonSerialized]
    public event Action? Changed;

    public int Seen => _seen;

    public bool IsHeard => Changed is not null;
}

/// <summary>A field with the name that the compiler gives an indexer.</summary>
[DataflowRecord]
public sealed class Indexed
{
    private int _item;

    public int this[int at]
    {
        get => _item + at;
        set => _item = value - at;
    }
}

/// <summary>Properties that belong to an interface.</summary>
[DataflowRecord]
public sealed class Explicit : IHas<int>, IHas<string>
{
    int IHas<int>.Value { get; set; }

    [Key("text")]
    string? IHas<string>.Value { get; set; }
}

public interface IHas<T>
{
    T? Value { get; set; }
}

/// <summary>No constructor but the ones that take members.</summary>
[DataflowRecord]
internal sealed record Defaults(
    string Name = "a \"quoted\" name\n",
    int Count = -5,
    long Total = long.MaxValue,
    ulong Bits = ulong.MaxValue,
    double Rate = double.NaN,
    float Part = float.NegativeInfinity,
    double Small = 1e-300,
    decimal Price = 79228162514264337593543950335m,
    char Letter = '\'',
    bool Is = true,
    Color Color = Color.Green,
    Color? Maybe = Color.Green,
    int? None = null,
    int? Some = 4,
    DateTime Time = default,
    string? Null = null);

[DataflowRecord]
internal readonly struct Point
{
    public Point(int x, int y) => (X, Y) = (x, y);

    public int X { get; }

    public int Y { get; }

    public static Point Origin => default;
}

[DataflowRecord]
internal struct WithOwnConstructor
{
    public int Number = 4;
    public string? Text = "own";

    public WithOwnConstructor()
    {
    }
}

[DataflowRecord]
public record struct Envelope<T>(string Topic, T Value, List<T>? More);

[DataflowRecord]
public sealed class Pair<TKey, TValue>
    where TKey : notnull
    where TValue : class, new()
{
    public required TKey Key { get; set; }

    public TValue? Value { get; set; }

    public Dictionary<TKey, TValue>? All { get; set; }

    public sealed class Other
    {
        public int Number { get; set; }
    }

    [DataflowRecord]
    public sealed record Nested<TMore>(TKey Key, TMore More);
}

public abstract class Base<T>
{
    private T? _kept;

    public T? Kept
    {
        get => _kept;
        set => _kept = value;
    }

    public virtual string? Text { get; set; }
}

[DataflowRecord]
public sealed class Derived : Base<long>
{
    public override string? Text { get; set; }

    public Envelope<Point2>? Where { get; set; }

    public Pair<string, Renamed>? Pair { get; set; }

    public Placed[]? All { get; set; }

    public (int Number, Tree? Tree) Two { get; set; }
}

[DataflowRecord]
public readonly record struct Point2(double X, double Y);

[DataflowRecord]
public sealed record Nothing;

/// <summary>More members than a map of one byte tells, and one that holds itself.</summary>
[DataflowRecord]
public sealed record Many(
    int A, int B, int C, int D, int E, int F, int G, int H, int I, int J, int K, int L, int M, int N, int O, int P, Many? Next, int Q);

[DataflowRecord]
public sealed class Called : IMessagePackSerializationCallbackReceiver
{
    public int Number { get; set; }

    [IgnoreMember]
    public int Twice { get; private set; }

    public void OnBeforeSerialize() => Number++;

    public void OnAfterDeserialize() => Twice = Number * 2;
}

public static class Outer
{
    [DataflowRecord]
    internal sealed record Inner(int Number, Outer_.Inner? Other);
}

public static class Outer_
{
    [DataflowRecord]
    internal sealed record Inner(int Number);
}

[DataflowRecord]
public sealed record Shaped(IShape? Shape, List<IShape>? More);

[Union(3, typeof(Circle))]
[Union(7, typeof(Square))]
public interface IShape;

[DataflowRecord]
public sealed record Circle(double Radius) : IShape;

public sealed record Square(double Side) : IShape;
