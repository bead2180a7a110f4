import Catalog
import Centre
import Foundation
import HTTP
import Kernel
import Synchronization

/// Sorting, filters and pages of a list, each as a link that changes one thing.
struct SearchFilters {
    let view: View

    init(_ form: SearchForm, _ answer: SearchAnswer, _ categories: [Category], _ currency: Currency, _ context: Context)
    {
        let format = context.format
        let sorts: [(SearchQuery.Sort, Word)] = [
            (.relevance, .sortRelevance), (.sales, .sortSales), (.priceAscending, .sortPriceUp),
            (.priceDescending, .sortPriceDown), (.newest, .sortNewest),
        ]
        var view: View = [
            "action": form.path,
            "sorts": sorts.map { sort, word in
                [
                    "name": context.words(word), "isOn": form.sort == sort, "href": form.changed { $0.sort = sort },
                ] as View
            },
            "stockHref": form.changed { $0.onlyInStock.toggle() }, "onlyInStock": form.onlyInStock,
            "hidden": form.fields.filter { !["min", "max", "page"].contains($0.name) }
                .map { ["name": $0.name, "value": $0.value] as View },
            "minimum": form.minimum.map { "\($0)" } ?? "", "maximum": form.maximum.map { "\($0)" } ?? "",
            "lowest": Self.whole(answer.priceRange?.lowerBound, currency),
            "highest": Self.whole(answer.priceRange?.upperBound, currency),
            "active": Self.active(form, categories, context),
        ]
        let narrower = form.path == "/search" && form.category == nil ? answer.categories : []
        view["categories"] = narrower.compactMap { facet -> View? in
            guard let category = categories.first(where: { $0.id.description == facet.value }) else { return nil }
            return [
                "name": category.name.text(in: context.language), "count": format.number(facet.count),
                "href": form.changed { $0.category = category.id },
            ]
        }
        view["hasCategories"] = !narrower.isEmpty
        let brands = form.brand == nil ? answer.brands : []
        view["brands"] = brands.map { facet in
            [
                "name": facet.value, "count": format.number(facet.count),
                "href": form.changed { $0.brand = facet.value },
            ] as View
        }
        view["hasBrands"] = !brands.isEmpty
        view["facetsOpen"] = form.minimum != nil || form.maximum != nil
        let pages = min(100, (answer.total + SearchForm.pageSize - 1) / SearchForm.pageSize)
        view["pager"] =
            pages > 1 ? View(page: form.page, of: pages, context) { page in form.changed { $0.page = page } } : false
        self.view = view
    }

    private static func active(_ form: SearchForm, _ categories: [Category], _ context: Context) -> [View] {
        var active: [View] = []
        if form.path == "/search", let category = categories.first(where: { $0.id == form.category }) {
            active.append([
                "name": category.name.text(in: context.language), "href": form.changed { $0.category = nil },
            ])
        }
        if let brand = form.brand { active.append(["name": brand, "href": form.changed { $0.brand = nil }]) }
        if form.minimum != nil || form.maximum != nil {
            let range = "\(form.minimum.map { "\($0)" } ?? "0") – \(form.maximum.map { "\($0)" } ?? "∞")"
            active.append([
                "name": range,
                "href": form.changed {
                    $0.minimum = nil
                    $0.maximum = nil
                },
            ])
        }
        return active
    }

    private static func whole(_ amount: Int64?, _ currency: Currency) -> String {
        guard let amount else { return "" }
        return String(amount / [1, 10, 100, 1_000][currency.exponent])
    }
}

extension View {
    /// The links between pages of a list.
    init(page: Int, of pages: Int, _ context: Context, href: (Int) -> String) {
        self = [
            "text": context.words(.pageOf, String(page), String(pages)),
            "previous": maybe(page > 1 ? href(page - 1) : nil),
            "following": maybe(page < pages ? href(page + 1) : nil),
        ]
    }
}

/// The currency in which prices are typed into filters: that of the goods last shown.
final class SiteCurrency: Sendable {
    private let currency = Mutex(Currency.cny)

    var known: Currency { currency.withLock { $0 } }

    func remember(_ seen: Currency) { currency.withLock { $0 = seen } }
}
