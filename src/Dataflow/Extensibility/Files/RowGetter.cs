using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Reflection;
using Dataflow.Serialization;

namespace Dataflow.Codecs;

/// <summary>A public property of a row's type, whose values fill a column of a file. Rows that are structs are read in a
/// <see cref="Box"/>.</summary>
public abstract class RowGetter
{
    private protected RowGetter(string name, Type type) => (Name, Type) = (name, type);

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its type.</summary>
    public Type Type { get; }

    /// <summary>Returns the properties of a type: those that the compiler found (<see cref="DataflowRecordAttribute"/>), else those of
    /// reflection.</summary>
    /// <exception cref="ConnectorException">There is no reflection, and the type has no attribute.</exception>
    public static IReadOnlyList<RowGetter> Of<T>()
        => GeneratedCodecs.RowsOf(typeof(T)) is { } made
            ? [.. made.Properties.Where(static property => !property.IsField && property.IsGettable)
                .Select(static property => new Made(property))]
            : ReflectedCodecs.AreSupported ? ByReflection<T>() : throw ConnectorException.Unreflected(typeof(T));

    /// <summary>Returns a row as an object: that of a class itself, a struct in its box.</summary>
    /// <param name="row">The row.</param>
    /// <param name="box">The box, which all structs of the caller's share, so that none is made for each; null: made here.</param>
    public static object Box<T>(T row, ref object? box)
    {
        if (default(T) is null) return row!; // a class, or what may be null: its box has another form
        if (box is null) return box = row!;
        FieldOffset.InBox<T>(box) = row;
        return box;
    }

    /// <summary>Returns what reads the property, which is of this type or what may be null of it.</summary>
    public abstract Func<object, TValue?> OfValue<TValue>()
        where TValue : struct;

    /// <summary>Returns what reads the property, which is of this type.</summary>
    public abstract Func<object, TValue?> OfReference<TValue>()
        where TValue : class;

    /// <summary>Finds the properties by reflection, whatever the compiler made.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2090", Justification = ReflectedCodecs.Only)]
    internal static IReadOnlyList<RowGetter> ByReflection<T>()
        => [.. typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(static property => property.GetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0)
            .Select(static property => new Reflected(typeof(T), property))];

    private sealed class Made(RowProperty property) : RowGetter(property.Name, property.Type)
    {
        public override Func<object, TValue?> OfValue<TValue>()
            where TValue : struct
            => property is RowProperty<TValue> { Get: var always } ? row => always!(row) : ((RowProperty<TValue?>)property).Get!;

        public override Func<object, TValue?> OfReference<TValue>()
            where TValue : class
            => ((RowProperty<TValue?>)property).Get!;
    }

    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = ReflectedCodecs.Only)]
    private sealed class Reflected(Type row, PropertyInfo property) : RowGetter(property.Name, property.PropertyType)
    {
        public override Func<object, TValue?> OfValue<TValue>()
            where TValue : struct
            => Compile<TValue?>();

        public override Func<object, TValue?> OfReference<TValue>()
            where TValue : class
            => Compile<TValue?>();

        private Func<object, TMember> Compile<TMember>()
        {
            var value = Expression.Parameter(typeof(object), "value");
            var of = row.IsValueType ? Expression.Unbox(value, row) : Expression.Convert(value, row);
            return Expression.Lambda<Func<object, TMember>>(
                Expression.Convert(Expression.Property(of, property), typeof(TMember)), value).Compile();
        }
    }
}
