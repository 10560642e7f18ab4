using System.Buffers;
using System.Reflection;
using CsCheck;
using Dataflow.Serialization;

namespace Dataflow.Tests.Serialization.Schemas;

/// <summary>A schema says that values are read as another type exactly where the codecs read them, each with its value.</summary>
public class SchemaPairTests
{
    private static readonly Type[] s_forms = [.. FormPairs.Samples.Keys];

    private static readonly Gen<Type[]> s_members = Gen.Int[0, s_forms.Length - 1].Select(form => s_forms[form]).Array[0, 4];

    public static IEnumerable<TheoryDataRow<Type>> Forms => s_forms.Select(form => new TheoryDataRow<Type>(form));

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_member_is_read_as_another_type_exactly_where_each_of_its_values_comes_back(Type then)
    {
        var faults = string.Join('\n', s_forms.Select(now => Fault(then, now)).OfType<string>());
        Assert.True(faults.Length == 0, faults);
    }

    [Fact]
    public void Members_are_judged_each_by_its_name()
        => Gen.Select(s_members, s_members).Sample((then, now) =>
        {
            var right = then.Zip(now).All(pair => Allows(pair.First, pair.Second));
            var differences = SchemaOf(MadeTypes.Class(Named(then))).DifferencesIfReadAs(SchemaOf(MadeTypes.Class(Named(now))));
            Assert.Equal(right, differences.Count == 0);
        });

    [Fact]
    public void A_schema_joined_with_others_is_read_by_what_reads_each_of_them()
        => Gen.Select(s_members, s_members, s_members).Sample((first, second, reader) =>
        {
            var (a, b, r) = (Of(first), Of(second), Of(reader));
            var joined = a.With(b, out var differences);
            if (differences.Count > 0) return;
            Assert.Equal(
                a.DifferencesIfReadAs(r).Count == 0 && b.DifferencesIfReadAs(r).Count == 0, joined.DifferencesIfReadAs(r).Count == 0);
            Assert.True(joined.With(a, out _).IsSameAs(joined) && joined.With(b, out _).IsSameAs(joined));

            static ValueSchema Of(Type[] members) => SchemaOf(MadeTypes.Class(Named(members)));
        });

    private static (string, Type)[] Named(Type[] members) => [.. members.Select(static (type, at) => ($"M{at}", type))];

    private static ValueSchema SchemaOf(Type type) => ValueSchema.Of(type, ValueResolver.Default);

    private static bool Allows(Type then, Type now)
        => SchemaOf(typeof(Box<>).MakeGenericType(then)).DifferencesIfReadAs(SchemaOf(typeof(Box<>).MakeGenericType(now))).Count == 0;

    private static string? Fault(Type then, Type now)
    {
        var read = typeof(SchemaPairTests).GetMethod(nameof(AllComeBack), BindingFlags.NonPublic | BindingFlags.Static)!;
        var comeBack = (bool)read.MakeGenericMethod(then, now).Invoke(null, null)!;
        return comeBack == Allows(then, now) ? null : $"{then} as {now}: {(comeBack ? "read, and refused" : "not read, and allowed")}";
    }

    private static bool AllComeBack<TThen, TNow>()
    {
        foreach (var sample in FormPairs.Samples[typeof(TThen)])
        {
            var bytes = new ArrayBufferWriter<byte>();
            Serde<Box<TThen>>.Default.Write(new() { Value = (TThen)sample! }, bytes);
            try
            {
                var read = Serde<Box<TNow>>.Default.Read(bytes.WrittenMemory);
                if (!FormPairs.IsPromised(sample, read.Value, typeof(TThen), typeof(TNow))) return false;
            }
            catch (SerdeException)
            {
                return false;
            }
        }

        return true;
    }

    public sealed class Box<T>
    {
        public T? Value { get; set; }
    }
}
