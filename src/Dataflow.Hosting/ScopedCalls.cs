using Microsoft.Extensions.DependencyInjection;

namespace Dataflow.Hosting;

/// <summary>Calls with scoped services.</summary>
public static class ScopedCalls
{
    /// <summary>Returns a call that has a service from a scope of its own, for <c>MapAsync</c> and <c>Lookup</c>: a database context, for
    /// example. The scope is disposed when the call has ended.</summary>
    /// <param name="services">The provider that the pipeline was defined with.</param>
    /// <param name="call">Makes a call with the service.</param>
    /// <example><code>
    /// pipeline.From(Orders)
    ///     .MapAsync(services.Scoped((Prices prices, Order order, CancellationToken stop) => prices.TotalAsync(order, stop)))
    ///     .To(Totals);
    /// </code></example>
    public static Func<T, CancellationToken, Task<TResult>> Scoped<TService, T, TResult>(
        this IServiceProvider services, Func<TService, T, CancellationToken, Task<TResult>> call)
        where TService : notnull
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(call);
        var scopes = services.GetRequiredService<IServiceScopeFactory>();
        return async (value, cancellationToken) =>
        {
            var scope = scopes.CreateAsyncScope();
            await using (scope.ConfigureAwait(false))
                return await call(scope.ServiceProvider.GetRequiredService<TService>(), value, cancellationToken).ConfigureAwait(false);
        };
    }
}
