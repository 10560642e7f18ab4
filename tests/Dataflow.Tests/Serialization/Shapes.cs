using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Numerics;

namespace Dataflow.Tests.Serialization;

[DataflowRecord]
public sealed class WithPrivateSetter
{
    public int N { get; private set; }

    public void Add() => N++;
}

internal sealed class Hidden(int start)
{
    private readonly Dictionary<string, int> _counts = new(StringComparer.OrdinalIgnoreCase);
    private int _n = 1;

    public List<string> Names { get; } = [];

    public int N { get => _n; internal set => _n = value; }

    public int Twice => N * 2;

    public Hidden Self => this;

    public void Count(string name)
    {
        _counts[name] = _counts.GetValueOrDefault(name) + _n + start;
        Names.Add(name);
    }
}

[DataflowRecord]
public class Above
{
    private readonly string _secret = "above";

    public int Number { get; init; }

    public string Hidden { get; protected set; } = "";

    public string Secret => _secret;
}

[DataflowRecord]
public sealed class Below : Above
{
    private readonly string _secret = "below";

    public new int Number { get; init; }

    public required string Name { get; set; }

    public string Own => _secret;

    public void Hide(string text) => Hidden = text;
}

[DataflowRecord]
public sealed record Tree(string Name, List<Tree> Below);

[DataflowRecord]
public sealed class Ring
{
    public Ring? Next { get; set; }
}

[DataflowRecord]
public readonly struct Money(decimal amount, string? currency)
{
    private readonly decimal _amount = amount;

    public string? Currency { get; } = currency;

    public override string ToString() => $"{_amount} {Currency}";
}

[DataflowRecord]
public readonly record struct Moment(DateTime At, DateTimeOffset? Seen, decimal? Price);

public enum Color : byte
{
    Red,
    Green = 200,
}

/// <summary>A member of every type that is written as it is.</summary>
[DataflowRecord]
public sealed record Everything
{
    public bool Bool { get; set; }

    public char Char { get; set; }

    public sbyte SByte { get; set; }

    public short Short { get; set; }

    public uint UInt { get; set; }

    public ulong ULong { get; set; }

    public float Float { get; set; }

    public double Double { get; set; }

    public Half Half { get; set; }

    public decimal Decimal { get; set; }

    public decimal? MaybeDecimal { get; set; }

    public string? Text { get; set; }

    public byte[]? Bytes { get; set; }

    public Guid Guid { get; set; }

    public DateTime Time { get; set; }

    public DateTime? MaybeTime { get; set; }

    public DateTimeOffset Moment { get; set; }

    public DateOnly Date { get; set; }

    public TimeOnly Clock { get; set; }

    public TimeSpan Span { get; set; }

    public Int128 Huge { get; set; }

    public UInt128 UHuge { get; set; }

    public BigInteger Big { get; set; }

    public Complex Complex { get; set; }

    public Uri? Uri { get; set; }

    public Version? Version { get; set; }

    public Color Color { get; set; }

    public int[]? Ints { get; set; }

    public string?[]? Texts { get; set; }

    public float[,]? Matrix { get; set; }

    public int[][]? Jagged { get; set; }

    public List<Money>? Monies { get; set; }

    public IReadOnlyList<int>? ReadOnly { get; set; }

    public IList<string>? Mutable { get; set; }

    public Dictionary<string, List<int>>? Map { get; set; }

    public Dictionary<(int, string), Moment>? ByTuple { get; set; }

    public IReadOnlyDictionary<int, string?>? ReadOnlyMap { get; set; }

    public SortedDictionary<string, int>? Sorted { get; set; }

    public HashSet<string>? Set { get; set; }

    public SortedSet<long>? SortedSet { get; set; }

    public Queue<int>? Queue { get; set; }

    public Stack<int>? Stack { get; set; }

    public LinkedList<int>? Linked { get; set; }

    public ImmutableArray<int> Array { get; set; }

    public ImmutableList<string>? ImmutableList { get; set; }

    public ImmutableDictionary<string, int>? ImmutableMap { get; set; }

    public ImmutableStack<int>? ImmutableStack { get; set; }

    public FrozenSet<int>? Frozen { get; set; }

    public ConcurrentDictionary<int, int>? Concurrent { get; set; }

    public ReadOnlyCollection<int>? Wrapped { get; set; }

    public (int A, string? B, (double C, DateTime D) E) Tuple { get; set; }

    public (int, int, int, int, int, int, int, string?, int) Long { get; set; }

    public Tuple<int, string?>? Classic { get; set; }

    public KeyValuePair<string, int> Pair { get; set; }

    public Moment? MaybeMoment { get; set; }

    public Tree? Tree { get; set; }
}
