Feature: Networks that are not what they seem
  Somebody else is at the relay's address, a machine answers for a proxy that does not work, a home looks like the office.

  @MOV-12 @must @stimulus:any
  Rule: A stranger's relay at the old address gets nothing

    Scenario: Somebody else speaks for the relay
      Given the product works behind a relay whose address a stranger has elsewhere
      When the endpoint is moved to the network of the stranger
      And an attack happens
      And the product is watched for as long as its slowest interval
      Then the stranger has got no data and no credential

  @MOV-13 @must @S7 @if:relay-preferred @stimulus:any
  Rule: Whether the proxy works decides, and not whether its machine answers ping

    Scenario: Ping is answered, the proxy is dead
      Given the product works behind the relay of an open network
      When the relay is lost: ping-only
      And an attack happens
      Then it is reported directly, without the relay

    Scenario: Ping is dropped, the proxy works
      Given the product works behind the relay of an open network
      When the relay no longer answers ping
      And the product is watched for as long as its slowest interval
      And an attack happens
      Then it is reported in time, and nothing has gone around the relay

  @MOV-15 @should @S6 @stimulus:any
  Rule: It works at home, where the addresses are those of the office

    Scenario: The same addresses at home
      Given the product works in a closed network whose addresses a home network has as well
      When the endpoint is moved to the home network
      And the cheapest way that brings the product back is looked for
      Then it has recovered as declared

  @MOV-10 @should @stimulus:any
  Rule: A relay that comes and goes, and a portal in its place, neither break nor double nor hide anything

    Scenario: It comes and goes
      Given the product works in a closed network
      When the relay comes and goes many times, and attacks happen meanwhile
      Then each of them arrives after that, and none is told twice
      And the product has not knocked without end

    Scenario: A portal in its place
      Given the product works in a closed network
      And its status has been asked while it works
      When a captive portal answers in the place of the relay
      And an attack happens
      Then it is visible on the endpoint that the product is cut off
      When the relay comes back
      Then it is reported after the relay is back
      And the product has not knocked without end
