using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Reflection;
using Dataflow.Serialization;

namespace Dataflow.Extensibility;

/// <summary>The columns that a row needs to become a <typeparamref name="T"/>, and the conversion of a row.</summary>
/// <remarks>The members are the parameters of the only public constructor and the settable properties that it does not cover. A type that
/// has a public constructor without parameters is made by that one. Each member needs its column: a default would hide a misspelt
/// name.</remarks>
[UnconditionalSuppressMessage("Trimming", "IL2087", Justification = ReflectedCodecs.Only)]
[UnconditionalSuppressMessage("Trimming", "IL2090", Justification = ReflectedCodecs.Only)]
[UnconditionalSuppressMessage("AOT", "IL3050", Justification = ReflectedCodecs.Only)]
public sealed class RowShape<T>
{
    private static RowShape<T>? s_found;

    private RowShape(IReadOnlyList<RowMember> members, Func<Array[], int, T> build)
    {
        Members = members;
        Build = build;
    }

    /// <summary>The shape of the type: of what the compiler made of it (<see cref="DataflowRecordAttribute"/>), else found by reflection
    /// and compiled once.</summary>
    /// <exception cref="ConnectorException">The type cannot be made from a row.</exception>
    public static RowShape<T> Instance => s_found ??= GeneratedCodecs.RowsOf(typeof(T)) is RowForm<T> made ? Of(made)
        : ReflectedCodecs.AreSupported ? ByReflection() : throw ConnectorException.Unreflected(typeof(T));

    /// <summary>The members that columns fill, constructor parameters first.</summary>
    public IReadOnlyList<RowMember> Members { get; }

    /// <summary>Makes the value of a row from the columns: one array for each of <see cref="Members"/>, of the member's type, and the row's
    /// index.</summary>
    public Func<Array[], int, T> Build { get; }

    /// <summary>Finds the column of each of <see cref="Members"/>; case and '_' do not matter.</summary>
    /// <param name="path">The file, for the message.</param>
    /// <param name="columns">The names of its columns.</param>
    /// <exception cref="ConnectorException">A member has no column, or several.</exception>
    public int[] Match(string path, IReadOnlyList<string> columns)
    {
        var found = Members.Select(member => Enumerable.Range(0, columns.Count).Where(i => member.Fits(columns[i])).ToArray())
            .ToArray();
        var missing = Members.Where((_, i) => found[i].Length == 0).ToList();
        if (missing.Count > 0) throw ConnectorException.MissingColumns(path, typeof(T), missing, columns);
        var ambiguous = Array.FindIndex(found, fitting => fitting.Length > 1);
        if (ambiguous < 0) return [.. found.Select(fitting => fitting[0])];
        throw ConnectorException.AmbiguousColumn(
            path, typeof(T), Members[ambiguous].Name, found[ambiguous].Select(i => columns[i]));
    }

    private static RowShape<T> Of(RowForm<T> made)
    {
        RowMember[] members =
        [
            .. made.Parameters.Select(static of => new RowMember(of.Name, of.Type, of.TakesNull)),
            .. made.Settable.Select(static of => new RowMember(of.Name, of.Type, of.TakesNull)),
        ];
        return members.Length == 0 ? throw NothingToSet() : new(members, made.Make);
    }

    private static ConnectorException NothingToSet()
        => ConnectorException.NotARow(typeof(T), "it has nothing to set, or trimming has removed it");

    /// <summary>Finds the shape by reflection, whatever the compiler made: what that is compared with.</summary>
    internal static RowShape<T> ByReflection()
    {
        var constructor = Constructor();
        var parameters = constructor?.GetParameters() ?? [];
        var properties = typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.SetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0
                && !parameters.Any(p => string.Equals(p.Name, property.Name, StringComparison.OrdinalIgnoreCase)))
            .ToArray();
        var nulls = new NullabilityInfoContext();
        RowMember[] members =
        [
            .. parameters.Select(p => new RowMember(p.Name!, p.ParameterType, TakesNull(nulls.Create(p)))),
            .. properties.Select(p => new RowMember(p.Name, p.PropertyType, TakesNull(nulls.Create(p)))),
        ];
        if (members.Length == 0) throw NothingToSet();
        return new(members, Compile(constructor, parameters.Length, properties, members));
    }

    private static bool TakesNull(NullabilityInfo info) => info.WriteState != NullabilityState.NotNull;

    private static ConstructorInfo? Constructor()
    {
        if (typeof(T).IsAbstract) throw ConnectorException.NotARow(typeof(T), "it is abstract");
        // A record's copy constructor is only public if its author made it so.
        var constructors = typeof(T).GetConstructors()
            .Where(c => c.GetParameters() is not [{ } only] || only.ParameterType != typeof(T)).ToArray();
        if (constructors.FirstOrDefault(c => c.GetParameters().Length == 0) is { } plain) return plain;
        return constructors switch
        {
            [var only] => only,
            [] when typeof(T).IsValueType => null,
            [] => throw ConnectorException.NotARow(typeof(T), "it has no public constructor, or trimming has removed it"),
            _ => throw ConnectorException.NotARow(typeof(T), $"it has {constructors.Length} public constructors"),
        };
    }

    private static Func<Array[], int, T> Compile(
        ConstructorInfo? constructor, int parameters, PropertyInfo[] properties, RowMember[] members)
    {
        var columns = Expression.Parameter(typeof(Array[]), "columns");
        var row = Expression.Parameter(typeof(int), "row");
        Expression[] values =
        [
            .. members.Select((member, i) => Expression.ArrayIndex(
                Expression.Convert(Expression.ArrayIndex(columns, Expression.Constant(i)), member.Type.MakeArrayType()), row)),
        ];
        var made = constructor is null ? Expression.New(typeof(T)) : Expression.New(constructor, values[..parameters]);
        var bindings = properties.Select((property, i) => Expression.Bind(property, values[parameters + i]));
        return Expression.Lambda<Func<Array[], int, T>>(Expression.MemberInit(made, bindings), columns, row).Compile();
    }
}
