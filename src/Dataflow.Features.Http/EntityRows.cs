using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dataflow.Features.Http;

/// <summary>A column of a request's entities: where in the body its array of values is.</summary>
internal readonly record struct EntityColumn(string Name, int Start, int Length);

/// <summary>Makes requests of the columns of entities.</summary>
internal abstract class EntityRows<TRequest>
{
    /// <summary>What columns there must be.</summary>
    public abstract IReadOnlyList<string> Names { get; }

    /// <summary>Whether a column of that name is needed.</summary>
    public abstract bool Takes(string column);

    /// <exception cref="ConnectorException">The type cannot be made of columns.</exception>
    public static EntityRows<TRequest> Create()
        => typeof(TRequest).IsPrimitive || typeof(TRequest) == typeof(string) || typeof(TRequest) == typeof(Guid)
            ? new SingleEntity<TRequest>()
            : new EntityRecords<TRequest>(RowShape<TRequest>.Instance);

    /// <exception cref="RequestException">A column is missing, or holds what its member has no room for.</exception>
    public abstract IReadOnlyList<TRequest> Read(ReadOnlySpan<byte> body, IReadOnlyList<EntityColumn> columns);
}

/// <summary>The only column is the request.</summary>
internal sealed class SingleEntity<TRequest> : EntityRows<TRequest>
{
    private readonly EntityValues _values = EntityValues.Of(typeof(TRequest), takesNull: false);

    public override IReadOnlyList<string> Names => ["entity"];

    public override bool Takes(string column) => true;

    public override IReadOnlyList<TRequest> Read(ReadOnlySpan<byte> body, IReadOnlyList<EntityColumn> columns)
        => columns.Count == 1
            ? (TRequest[])_values.Read(body, columns[0])
            : throw new RequestException(422, $"'entities' has {columns.Count} columns; the service takes one.");
}

/// <summary>Each member of the request takes the column of its name.</summary>
internal sealed class EntityRecords<TRequest>(RowShape<TRequest> shape) : EntityRows<TRequest>
{
    private readonly EntityValues[] _members = [.. shape.Members.Select(static member => EntityValues.Of(member.Type, member.TakesNull))];

    public override IReadOnlyList<string> Names { get; } = [.. shape.Members.Select(static member => member.Name)];

    public override bool Takes(string column) => shape.Members.Any(member => member.Fits(column));

    public override IReadOnlyList<TRequest> Read(ReadOnlySpan<byte> body, IReadOnlyList<EntityColumn> columns)
    {
        var values = new Array[_members.Length];
        for (var i = 0; i < values.Length; i++) values[i] = _members[i].Read(body, ColumnOf(shape.Members[i], columns));
        var rows = new TRequest[values[0].Length];
        for (var row = 0; row < rows.Length; row++) rows[row] = shape.Build(values, row);
        return rows;
    }

    private static EntityColumn ColumnOf(RowMember member, IReadOnlyList<EntityColumn> columns)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            if (member.Fits(columns[i].Name)) return columns[i];
        }

        throw new RequestException(422, $"'entities' has no column '{member.Name}' ({member.TypeName}); the service needs it.");
    }
}

/// <summary>Reads the values of a column.</summary>
internal abstract class EntityValues
{
    public abstract Array Read(ReadOnlySpan<byte> body, EntityColumn column);

    public static EntityValues Of(Type type, bool takesNull)
        => (EntityValues)Activator.CreateInstance(typeof(EntityValues<>).MakeGenericType(type), [takesNull])!;
}

internal sealed class EntityValues<TValue>(bool takesNull) : EntityValues
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    public override Array Read(ReadOnlySpan<byte> body, EntityColumn column)
    {
        try
        {
            var values = JsonSerializer.Deserialize<TValue[]>(body.Slice(column.Start, column.Length), s_options)!;
            if (!takesNull && !typeof(TValue).IsValueType && Array.Exists(values, static value => value is null))
                throw new RequestException(422, $"Column '{column.Name}' of 'entities' has a null.");
            return values;
        }
        catch (JsonException)
        {
            throw new RequestException(422, $"Column '{column.Name}' of 'entities' must hold {typeof(TValue).Name} values.");
        }
    }
}
