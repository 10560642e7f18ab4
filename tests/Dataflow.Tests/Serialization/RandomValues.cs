using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Numerics;

namespace Dataflow.Tests.Serialization;

/// <summary>Values at random, with what is rare in life among them.</summary>
internal sealed class RandomValues(int seed)
{
    private static readonly string?[] Texts = [null, "", "a", "A", "\0", "ß€", "\uD83D\uDE00", "\uD83D", "x\uDE00y"];
    private static readonly StringComparer[] Comparers = [
        StringComparer.Ordinal, StringComparer.OrdinalIgnoreCase, StringComparer.InvariantCulture];

    private readonly Random _random = new(seed);

    private int Int => _random.Next(4) switch { 0 => 0, 1 => int.MinValue, _ => _random.Next() };

    private string? Text => Texts[_random.Next(Texts.Length)];

    private string Word => $"{(char)('a' + _random.Next(26))}{_random.Next(100)}";

    private double Double
        => _random.Next(5) switch { 0 => -0.0, 1 => double.NaN, 2 => BitConverter.Int64BitsToDouble(0x7FF8_0000_0000_0042),
        _ => _random.NextDouble() };

    private decimal Decimal
        => new(_random.Next(3) == 0 ? 0 : _random.Next(), _random.Next(2), 0, _random.Next(2) == 0, (byte)_random.Next(29));

    private DateTime Time => new(_random.NextInt64(DateTime.MaxValue.Ticks), (DateTimeKind)_random.Next(3));

    private DateTimeOffset Moment
        => new(_random.NextInt64(TimeSpan.TicksPerDay, DateTime.MaxValue.Ticks - TimeSpan.TicksPerDay),
        TimeSpan.FromMinutes(_random.Next(-840, 841)));

    public Everything Next() => new()
    {
        Bool = _random.Next(2) == 0,
        Char = (char)_random.Next(char.MaxValue + 1),
        SByte = (sbyte)_random.Next(-128, 128),
        Short = (short)Int,
        UInt = (uint)Int,
        ULong = (ulong)_random.NextInt64() << 1,
        Float = (float)Double,
        Double = Double,
        Half = (Half)Double,
        Decimal = Decimal,
        MaybeDecimal = Maybe(Decimal),
        Text = Text,
        Bytes = Null() ? null : BitConverter.GetBytes(Int)[.._random.Next(5)],
        Guid = new Guid(Int, 1, 2, new byte[8]),
        Time = Time,
        MaybeTime = Maybe(Time),
        Moment = Moment,
        Date = DateOnly.FromDateTime(Time),
        Clock = TimeOnly.FromDateTime(Time),
        Span = new TimeSpan(_random.NextInt64()),
        Huge = -new Int128((ulong)_random.NextInt64(), 5),
        UHuge = new UInt128(7, (ulong)_random.NextInt64()),
        Big = BigInteger.Pow(-Int, _random.Next(20)),
        Complex = new Complex(Double, Double),
        Uri = Null() ? null : new Uri($"http://h/{Word}?q=%20#f"),
        Version = Null() ? null : new Version(_random.Next(9), _random.Next(9)),
        Color = (Color)_random.Next(256),
        Ints = Null() ? null : Many(() => Int),
        Texts = Null() ? null : Many(() => Text),
        Matrix = Null() ? null : new float[_random.Next(3), _random.Next(3)],
        Jagged = Null() ? null : Many(() => Many(() => Int)),
        Monies = Null() ? null : [.. Many(() => new Money(Decimal, Text))],
        ReadOnly = Null() ? null : Null() ? Many(() => Int) : Many(() => Int).ToList(),
        Mutable = Null() ? null : Many(() => Word).ToList(),
        Map = Null()
            ? null : Fill(new Dictionary<string, List<int>>(Comparers[_random.Next(2)]), () => Word, () => Many(() => Int).ToList()),
        ByTuple = Null()
            ? null : Fill(
            new Dictionary<(int, string), Moment>(), () => (Int, Word), () => new Moment(Time, Maybe(Moment), Maybe(Decimal))),
        ReadOnlyMap = Null() ? null : Fill(new SortedDictionary<int, string?>(), () => Int, () => Text),
        Sorted = Null() ? null : Fill(new SortedDictionary<string, int>(Comparers[_random.Next(3)]), () => Word, () => Int),
        Set = Null() ? null : new HashSet<string>(Many(() => Word), Comparers[_random.Next(3)]),
        SortedSet = Null() ? null : [.. Many(() => (long)Int)],
        Queue = Null() ? null : new Queue<int>(Many(() => Int)),
        Stack = Null() ? null : new Stack<int>(Many(() => Int)),
        Linked = Null() ? null : new LinkedList<int>(Many(() => Int)),
        Array = Null() ? default : [.. Many(() => Int)],
        ImmutableList = Null() ? null : [.. Many(() => Word)],
        ImmutableMap = Null() ? null : ImmutableDictionary.Create<string, int>(Comparers[_random.Next(2)]).SetItem(Word, Int),
        ImmutableStack = Null() ? null : ImmutableStack.Create(Many(() => Int)),
        Frozen = Null() ? null : Many(() => Int).ToFrozenSet(),
        Concurrent = Null() ? null : new ConcurrentDictionary<int, int>([KeyValuePair.Create(Int, Int)]),
        Wrapped = Null() ? null : new ReadOnlyCollection<int>(Many(() => Int)),
        Tuple = (Int, Text, (Double, Time)),
        Long = (1, 2, 3, 4, 5, 6, 7, Text, Int),
        Classic = Null() ? null : Tuple.Create(Int, Text),
        Pair = KeyValuePair.Create(Word, Int),
        MaybeMoment = Maybe(new Moment(Time, Maybe(Moment), Maybe(Decimal))),
        Tree = Null() ? null : new Tree(Word, [new Tree(Word, []), new Tree(Word, [new Tree(Word, [])])]),
    };

    private bool Null() => _random.Next(4) == 0;

    private T? Maybe<T>(T value)
        where T : struct
        => Null() ? null : value;

    private T[] Many<T>(Func<T> next) => [.. Enumerable.Range(0, _random.Next(4)).Select(_ => next())];

    private TDictionary Fill<TDictionary, TKey, TValue>(TDictionary dictionary, Func<TKey> key, Func<TValue> value)
        where TDictionary : IDictionary<TKey, TValue>
    {
        for (var i = _random.Next(4); i > 0; i--) dictionary[key()] = value();
        return dictionary;
    }
}
